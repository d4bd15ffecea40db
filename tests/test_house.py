"""The house itself: what is pinned, what is never written down, and how it is set up."""

import json
import re
import subprocess
import sys
import tomllib

import pytest

from repository import ROOT, files, place

REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))
HOSTS = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmmirror|registry\.yarnpkg|mirrors\.|tsinghua|aliyun|crates\.io",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.<{])/(?:root|home/\w+|work|opt|Users/\w+|mnt)/")
BINARY = {".png", ".jpg", ".woff2", ".ico", ".xlsx", ".parquet", ".gz", ".zip"}
SELF = "tests/test_house.py"


def readable() -> dict[str, str]:
    found = {}
    for path in files():
        if path.suffix not in BINARY and place(path) != SELF:
            found[place(path)] = path.read_text(encoding="utf-8", errors="ignore")
    return found


def pinned(path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", path.read_text(), re.MULTILINE))


def test_no_file_names_a_host_of_a_registry():
    assert [name for name, text in readable().items() if HOSTS.search(text)] == []


def test_no_file_names_a_path_of_a_machine():
    found = {name: match.group() for name, text in readable().items() if (match := MACHINE.search(text))}
    assert found == {}


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.stem)
def test_every_package_is_pinned_with_checksums_and_without_an_address(path):
    text = path.read_text()
    assert not re.search(r"://|@ |--(?!hash=)", text), "no option but checksums, and no address"
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) == len(pinned(path)) > 1
    assert [entry.split()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_requirement_files_agree_with_each_other():
    versions: dict[str, set[str]] = {}
    for path in REQUIREMENTS:
        for name, version in pinned(path).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_extra_is_pinned_within_its_bounds():
    (bounds,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["spark"]
    assert bounds in (ROOT / "requirements" / "spark.in").read_text().splitlines()
    assert pinned(ROOT / "requirements" / "spark.txt")["pyspark"].startswith("4.")


def test_every_dependency_is_in_the_requirement_files():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = [re.match(r"[A-Za-z0-9-]+", entry).group().lower() for entry in project["project"]["dependencies"]]
    assert set(names) - pinned(ROOT / "requirements" / "base.txt").keys() == set()


def test_the_wheel_is_built_with_the_pinned_tools():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = dict(entry.split("==") for entry in project["build-system"]["requires"])
    assert wanted.items() <= pinned(ROOT / "requirements" / "setup.txt").items() | set(
        pinned(ROOT / "requirements" / "base.txt").items()
    )


def test_the_front_end_packages_are_pinned_with_checksums_and_without_an_address():
    lock = json.loads((ROOT / "tools" / "frontend" / "package-lock.json").read_text())
    packages = {name: facts for name, facts in lock["packages"].items() if name}
    assert len(packages) >= 5
    assert [name for name, facts in packages.items() if "resolved" in facts or not facts.get("integrity")] == []
    declared = json.loads((ROOT / "tools" / "frontend" / "package.json").read_text())["dependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in declared} == declared


def test_nothing_fetched_or_built_is_committed():
    made = re.compile(r"(^|/)(vendor|node_modules|dist|var|\.venv|\.cache)/|\.(mo|sqlite3|whl|pyc)$")
    assert [place(path) for path in files() if made.search(place(path))] == []


def test_every_icon_that_a_template_uses_is_in_the_sprite():
    listed = {line.split("#")[0].strip() for line in (ROOT / "src/tiji/ui/icons.txt").read_text().splitlines()}
    used = {}
    for path in files():
        if path.suffix == ".html":
            for name in re.findall(r"<c-icon\b[^>]*?\sname=\"([a-z0-9-]+)\"", path.read_text(encoding="utf-8")):
                used.setdefault(name, place(path))
    assert {name: where for name, where in used.items() if name not in listed} == {}


def test_the_example_of_the_environment_names_every_variable_that_is_read():
    example = (ROOT / ".env.example").read_text()
    read = set()
    for path in files():
        if place(path).startswith("src/") and path.suffix == ".py":
            read |= set(re.findall(r"\"(TIJI_[A-Z_]+)\"", path.read_text(encoding="utf-8")))
    assert {name for name in read if name not in example} == {"TIJI_TESTING"} & read


def test_set_up_has_nothing_to_do_a_second_time():
    script = [sys.executable, str(ROOT / "tools" / "assets.py")]
    for _ in range(2):
        result = subprocess.run(script, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    assert "up to date" in result.stdout


def test_two_set_ups_at_once_do_not_disturb_each_other():
    script = [sys.executable, str(ROOT / "tools" / "assets.py")]
    both = [subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    for process in both:
        process.stdout.close()
        process.stderr.close()
