"""What a month earned, person by person and component by component, out of the tables of a computing."""

from collections import defaultdict
from dataclasses import dataclass

from tiji.apps.incentives.computing import RunTables
from tiji.apps.incentives.selectors.inputs import RunInputs

# person, plan version, component or cell
Key = tuple[int, int, str]


@dataclass
class Part:
    """A component's sums for a person. Units: minor units."""

    amount: int = 0
    credit: int = 0
    lines: int = 0


def earned_parts(inputs: RunInputs, tables: RunTables) -> dict[Key, Part]:
    """Every component and paying cell of everybody whom a plan pays, also where it came to nothing.

    Whoever lacks a fact that his plan asks for earns nothing by that plan until it is there: the month cannot be told
    without it, and is a problem of his statement.
    """
    parts: dict[Key, Part] = defaultdict(Part)
    for one in inputs.plans:
        for person in one.payees:
            for component in one.plan.components:
                parts[person, one.version.pk, component.code] = Part()
    lacking = {(row["payee_id"], row["plan_version"]) for row in tables["lacking"].to_pylist()}
    for row in tables["earnings"].to_pylist() if tables["earnings"].num_columns else []:
        part = parts[row["payee_id"], row["plan_version"], row["component"]]
        if (row["payee_id"], row["plan_version"]) not in lacking:
            part.amount += row["amount"]
        part.credit += row["credit"]
        part.lines += row["lines"]
    for row in tables["cells"].to_pylist() if tables["cells"].num_columns else []:
        if row["earned"]:
            parts[row["payee_id"], row["plan_version"], row["part"]].amount += row["earned"]
    return dict(parts)
