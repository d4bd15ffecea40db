"""The shape of the code, as CONTRIBUTING describes it. Each test lists what breaks a rule, with its place."""

import ast
import re
from pathlib import Path

import pytest

from repository import PACKAGE, files, functions, lines_of, parsed, place, python_files

MOST_LINES = 400
LONGEST_FUNCTION = 40
LONGEST_DOOR = 15
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")

CLOCKS = {"today", "now", "utcnow", "localdate", "time", "time_ns"}
CLOCK_OWNERS = {"date", "datetime", "timezone", "time"}

# Where the clock may be read although the room is one of rules.
MAY_READ_THE_CLOCK = {
    "src/tiji/apps/organization/selectors/scope.py": "who may see a row is decided by today's tree, whatever is asked",
}

# Chinese outside of translation files: data and rules of the Chinese language itself, never a text on a screen.
MAY_HOLD_CHINESE = {
    "src/tiji/__init__.py": "the product's name",
    "src/tiji/config/settings.py": "the name of the language, in that language, and the product's name",
    "src/tiji/ui/formats.py": "units and dates as Chinese numbers are written, chosen by the user's language",
    "src/tiji/ui/forms.py": "the same units, understood when typed in either language",
    "src/tiji/ui/static/ui/charts.js": "the same units on the axis of a chart",
    "src/tiji/ui/preview.py": "invented samples on the page that shows every component",
    "src/tiji/ui/templates/ui/components.html": "the same samples",
    "src/tiji/ui/templates/ui/filters/amounts.html": "an example amount in the unit of the chosen language",
    "src/tiji/ui/templates/ui/switches.html": "the name of the language, in that language",
    "src/tiji/apps/customers/data/": "industries and divisions as data",
    "src/tiji/apps/customers/models/names.py": "the parts of a Chinese company's legal name",
    "src/tiji/apps/customers/models/search.py": "pairs of characters that nearly every company's name has",
    "src/tiji/apps/customers/selectors/duplicates.py": "the parts of a Chinese company's legal name",
    "src/tiji/apps/customers/services/divisions.py": "the suffixes of divisions' names",
    "src/tiji/apps/customers/services/keys.py": "the reading of Chinese names",
    "src/tiji/apps/organization/names.py": "the reading and order of Chinese names",
    "src/tiji/apps/exchange/services/demo/": "the same, where it is written to the database",
    "src/tiji/apps/exchange/demo/": "the invented company's names and notes",
    "src/tiji/apps/exchange/services/imports/lookups.py": "words for won and lost, and endings of places, in files",
    "src/tiji/apps/exchange/services/imports/values.py": "units, dates and answers as Chinese files write them",
    "src/tiji/kernel/capitals.py": "amounts in Chinese capitals, as contracts carry them",
    "src/tiji/apps/targets/display/amounts.py": "units of amounts, understood when typed in either language",
    "src/tiji/apps/exchange/mappings/": "headings of other programs' files",
}


def test_files_are_short():
    kinds = {".py", ".html", ".css", ".js"}
    rooms = [path for path in files() if path.suffix in kinds and "migrations" not in path.parts]
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in rooms}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


# Longer than the rule allows, each with the length it may have until it is shortened. None may be added or grow.
TO_SHORTEN = {}
DOORS_TO_SHORTEN = {}


def test_functions_are_short():
    found = {
        f"{place(path)} {function.name}": lines_of(function)
        for path in python_files("src", "tools", "benchmarks")
        for function in functions(path)
        if lines_of(function) > LONGEST_FUNCTION
    }
    assert found == TO_SHORTEN


def doors() -> list[Path]:
    """The modules that hold pages' and API's doors."""
    rooms = {"views", "api"}
    found = [path for path in python_files("src/tiji/apps") if rooms & {path.stem, path.parent.name}]
    return [path for path in found if path.stem != "schemas"]


def test_a_door_only_loads_parses_calls_one_service_and_answers():
    found = {
        f"{place(path)} {function.name}": lines_of(function)
        for path in doors()
        for function in functions(path)
        if function.args.args and function.args.args[0].arg == "request" and lines_of(function) > LONGEST_DOOR
    }
    assert found == DOORS_TO_SHORTEN


def rules() -> list[Path]:
    """The modules whose answers depend on what they are given and on nothing else."""
    rooms = {"services", "selectors", "permissions"}
    in_apps = [path for path in python_files("src/tiji/apps") if rooms & {path.stem, path.parent.name}]
    return [*python_files("src/tiji/kernel"), *in_apps]


def clock_readings(path: Path) -> list[ast.Call]:
    """Calls that ask what time it is; turning a given moment into a date is none."""
    calls = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))
    return [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in CLOCKS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in CLOCK_OWNERS
        and not (call.func.attr == "localdate" and call.args)
    ]


def is_stamp(path: Path, call: ast.Call) -> bool:
    """A service may note when a row was written; the dates of the business are passed in."""
    in_service = "services" in {path.stem, path.parent.name}
    return in_service and ast.unparse(call) == "timezone.now()"


def test_rules_take_the_date_and_read_no_clock():
    found = [
        f"{place(path, call.lineno)} {ast.unparse(call)}"
        for path in rules()
        if place(path) not in MAY_READ_THE_CLOCK
        for call in clock_readings(path)
        if not is_stamp(path, call)
    ]
    assert found == []


@pytest.mark.parametrize("source", ["date.today()", "timezone.now()", "datetime.now(UTC)", "timezone.localdate()"])
def test_a_clock_in_a_rule_would_be_found(source, tmp_path):
    path = tmp_path / "kernel_rule.py"
    path.write_text(f"def due():\n    return {source}\n")
    assert [ast.unparse(call) for call in clock_readings(path)] == [source]


def services() -> list[tuple[Path, ast.FunctionDef]]:
    """Every public service that acts for somebody."""
    modules = [path for path in python_files("src/tiji/apps") if "services" in {path.stem, path.parent.name}]
    return [
        (path, node)
        for path in modules
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and "actor" in argument_names(node)
    ]


def argument_names(function: ast.FunctionDef) -> set[str]:
    arguments = function.args
    return {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def test_services_take_keywords_only():
    found = [
        f"{place(path, function.lineno)} {function.name}"
        for path, function in services()
        if function.args.args or function.args.posonlyargs
    ]
    assert found == []


# They read and compute for long and hand what they found to one transaction.
WRITE_IN_THE_END = {"run_pay"}


def test_services_write_all_or_nothing():
    found = [
        f"{place(path, function.lineno)} {function.name}"
        for path, function in services()
        if "transaction.atomic" not in {ast.unparse(decorator) for decorator in function.decorator_list}
        and not only_checks(function)
        and function.name not in WRITE_IN_THE_END
    ]
    assert found == []


def only_checks(function: ast.FunctionDef) -> bool:
    """A helper that refuses and writes nothing says so by its name."""
    return function.name.startswith(("refuse_", "require_", "check_", "preview_"))


def chinese(path: Path) -> list[tuple[int, str]]:
    """Chinese text that could reach a screen: strings of Python files but for docstrings, lines of the others."""
    if path.suffix != ".py":
        text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"))
        numbered = enumerate(text.splitlines(), 1)
        return [(number, line.strip()) for number, line in numbered if HAN.search(line)]
    statements = (node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Expr))
    remarks = {id(value) for value in statements if isinstance(value, ast.Constant)}
    strings = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant) and id(node) not in remarks)
    return [(node.lineno, node.value) for node in strings if isinstance(node.value, str) and HAN.search(node.value)]


def test_texts_are_written_in_english_and_translated():
    rooms = [path for path in files() if path.is_relative_to(PACKAGE) and path.suffix in {".py", ".html", ".js"}]
    found = [
        f"{place(path, number)} {text[:80]}"
        for path in rooms
        if "migrations" not in path.parts and not place(path).startswith(tuple(MAY_HOLD_CHINESE))
        for number, text in chinese(path)
    ]
    assert found == []


def other_app(module: str, app: str) -> list[str] | None:
    """The path inside another app that an import names."""
    parts = module.split(".")
    return parts[3:] if parts[:2] == ["tiji", "apps"] and len(parts) > 2 and parts[2] != app else None


def imports(path: Path) -> list[tuple[int, str]]:
    """The modules that a file imports, names of a package included."""
    found = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def test_another_app_is_met_through_its_services_selectors_permissions_and_models():
    # `pages.lists` holds filters and columns that a list of an upper room shows in the same way.
    open_rooms = {"services", "selectors", "permissions", "models"}
    found = [
        f"{place(path, line)} {module}"
        for path in python_files("src/tiji/apps")
        for line, module in imports(path)
        if (inside := other_app(module, path.relative_to(PACKAGE / "apps").parts[0]))
        and inside[0] not in open_rooms
        and inside[:2] != ["pages", "lists"]
    ]
    assert found == []


def test_every_allowance_is_still_needed():
    names = {place(path) for path in files()}
    known_later = {"src/tiji/apps/exchange/mappings/"}
    listed = {*MAY_READ_THE_CLOCK, *MAY_HOLD_CHINESE} - known_later
    assert {entry for entry in listed if not any(name.startswith(entry) for name in names)} == set()
