"""Formulas: what people write in plans, checked and typed, for every engine and for Python. No text is ever run."""

from tiji.kernel.engine.formulas.lowering import Program, compile_formula
from tiji.kernel.engine.formulas.problems import FormulaError, FormulaProblem
from tiji.kernel.engine.formulas.reading import names_of, read_formula
from tiji.kernel.engine.formulas.scope import DAY, TEXT, TRUTH, Declared, Scope, count, money, rate
from tiji.kernel.engine.formulas.tables import (
    Band,
    Bands,
    CurveTable,
    GridTable,
    StepTable,
    Table,
    Words,
    WordTable,
)

__all__ = [
    "DAY",
    "TEXT",
    "TRUTH",
    "Band",
    "Bands",
    "CurveTable",
    "Declared",
    "FormulaError",
    "FormulaProblem",
    "GridTable",
    "Program",
    "Scope",
    "StepTable",
    "Table",
    "WordTable",
    "Words",
    "compile_formula",
    "count",
    "money",
    "names_of",
    "rate",
    "read_formula",
]
