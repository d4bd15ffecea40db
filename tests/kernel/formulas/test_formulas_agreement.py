"""Random formulas on DuckDB, in the Python closure and in exact fractions: the same value in every cell."""

import random

import pyarrow as pa
import pytest

from random_formulas import SCOPE, formula, rows
from tiji.kernel.engine import DuckEngine, Engine, EngineError, SparkEngine
from tiji.kernel.engine.closure import closure_of
from tiji.kernel.engine.expr import INT64_MAX, Field
from tiji.kernel.engine.formulas import FormulaError, Program, compile_formula
from tiji.kernel.engine.relation import Select
from tiji.kernel.engine.staging import computed

DUCK = DuckEngine(threads=1)
ROWS = 120
FORMULAS = 40


def programs_of(dice: random.Random, count: int) -> tuple[dict[str, Program], dict[str, object]]:
    """So many formulas that can be computed exactly (those that could grow too large are refused, and skipped)."""
    programs, meant = {}, {}
    refused = 0
    while len(programs) < count:
        part = formula(dice)
        key = f"f{len(programs)}"
        try:
            programs[key] = compile_formula(part.text, SCOPE, key=key)
        except FormulaError as error:
            if error.problem.code != "overflow":
                raise
            refused += 1
            continue
        meant[key] = part
    assert refused < 3 * count, "nearly everything is refused"
    return programs, meant


def computed_wide(
    programs: dict[str, Program], given: list[dict[str, object]], engine: Engine = DUCK
) -> dict[str, list[int]]:
    fields = {name: declared.field for name, declared in SCOPE.names.items()}
    table = pa.Table.from_pylist(given, pa.schema([(name, _arrow(kind.kind)) for name, kind in fields.items()]))
    table = table.append_column("row_no", pa.array(range(len(given)), pa.int64()))
    with engine.session() as session:
        facts = session.register("facts", table, {**fields, "row_no": Field("int")})
        found = computed(facts, programs)
        names = [*programs, "row_no"]
        answer = session.fetch(Select(found, {name: found.col(name) for name in names}, order_by=("row_no",)))
    return {key: answer[key].to_pylist() for key in programs}


def _arrow(kind: str) -> pa.DataType:
    return {"int": pa.int64(), "text": pa.string(), "date": pa.date32()}[kind]


@pytest.mark.parametrize("seed", range(4))
def test_every_cell_is_the_same_on_every_engine(seed: int) -> None:
    programs, meant = programs_of(random.Random(seed), FORMULAS)
    given = rows(seed, ROWS)
    exact = {key: [part(row) * 10 ** programs[key].field.scale for row in given] for key, part in meant.items()}
    for key, values in exact.items():
        if max(map(abs, values)) > INT64_MAX:  # the engine raises, see the next test
            del programs[key]
    assert len(programs) > FORMULAS // 2
    wide = computed_wide(programs, given)
    closure = closure_of(programs)
    narrow = [closure(row) for row in given]
    for key in programs:
        assert wide[key] == exact[key], meant[key].text
        assert [row[key] for row in narrow] == exact[key], meant[key].text


def test_a_value_that_does_not_fit_raises() -> None:
    programs = {"big": compile_formula("round(amount * cost, 0)", SCOPE, key="big")}
    with pytest.raises(EngineError, match="out of range"):
        computed_wide(programs, [rows(0, 1)[0] | {"amount": 10**14, "cost": 10**14}])


@pytest.mark.once
def test_spark_computes_the_same_cells() -> None:
    programs, _meant = programs_of(random.Random(11), FORMULAS)
    given = rows(11, ROWS)
    closure = closure_of(programs)
    narrow = [closure(row) for row in given]
    fits = {key: of for key, of in programs.items() if max(abs(row[key]) for row in narrow) <= INT64_MAX}
    assert len(fits) > FORMULAS // 2
    wide = computed_wide(fits, given, SparkEngine("local[2]"))
    for key in fits:
        assert wide[key] == [row[key] for row in narrow], key
