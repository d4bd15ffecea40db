"""The designer's parts: cells, rows of cells, blocks and cards, each with its place in the document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tiji.apps.incentives.display.cell_words import cell_text, is_missing
from tiji.apps.incentives.display.plan_fields import field_at, in_percent
from tiji.apps.incentives.display.plan_paths import value_at
from tiji.apps.incentives.pages.plan_drafts import PLACE, Draft, chosen, shown
from tiji.kernel.commission import PlanProblem
from tiji.ui import formats


@dataclass
class Cell:
    """One field of the form. `hidden_label`: it stands in a table, whose head names it for the eye."""

    name: str
    label: str
    kind: str
    value: str = ""
    values: list[str] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    help: str = ""
    suffix: str = ""
    error: str = ""
    redraw: bool = False
    hidden_label: bool = False

    @property
    def id(self) -> str:
        """Its identity on the page, made of its place."""
        return "".join(sign if sign.isalnum() else "-" for sign in self.name)


@dataclass
class Row:
    """A row of a table of fields, with its place for the buttons."""

    path: str
    cells: list[Cell]
    label: str
    error: str = ""


@dataclass
class Grid:
    """Rows of fields under heads. `adds` are the buttons below: what they ask for, and what they are called."""

    path: str
    title: str
    heads: list[str]
    rows: list[Row]
    adds: list[tuple[str, str]]
    error: str = ""
    ordered: bool = True


@dataclass
class Block:
    """Some cells and perhaps a table under a small heading; foldable where they are rarely needed."""

    title: str
    cells: list[Cell] = field(default_factory=list)
    grid: Grid | None = None
    removes: str = ""
    adds: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""
    foldable: bool = False
    folded: bool = False


@dataclass
class Card:
    """An entry of the plan, such as a component."""

    path: str
    title: str
    sub: str
    blocks: list[Block]
    error: str = ""
    note: str = ""


class Sheet:
    """A draft with its problems, handing each to the part that shows it."""

    def __init__(self, draft: Draft, problems: Iterable[PlanProblem]) -> None:
        self.draft = draft
        self.tree = draft.tree
        self.problems: dict[str, list[str]] = {}
        found = list(problems)
        missing = {one.path for one in found if is_missing(one)}
        for one in found:
            if is_missing(one) or one.path not in missing:  # what is not filled in cannot be wrong besides
                self.problems.setdefault(one.path, []).append(cell_text(self.tree, one))

    def take(self, path: str) -> str:
        """The words at a place, which are shown there and nowhere else."""
        return " ".join(self.problems.pop(path, []))

    def left(self) -> list[tuple[str, str]]:
        """What no part shows: the place, and the words."""
        return [(path, " ".join(told)) for path, told in self.problems.items()]

    def cell(self, path: str, *, label: str = "", hidden_label: bool = False) -> Cell:
        """The field of a place."""
        known = field_at(path)
        if known is None:
            raise LookupError(path)
        cell = Cell(PLACE + path, label or str(known.label), known.kind, shown(self.tree, path, known))
        cell.choices = [(str(key), str(one)) for key, one in known.choices()]
        if known.kind == "many":
            cell.values = chosen(self.tree, path)
            cell.choices += [(one, one) for one in cell.values if one not in dict(cell.choices)]
        elif known.kind == "choice" and cell.value not in dict(cell.choices) and not self._usual(cell, path):
            cell.choices.insert(0, (cell.value, cell.value or formats.UNKNOWN))
        if in_percent(self.tree, path, known):
            cell.suffix = "%"
        cell.help, cell.redraw, cell.hidden_label = str(known.help), known.redraw, hidden_label
        cell.error = self.take(path)
        return cell

    def _usual(self, cell: Cell, path: str) -> bool:
        """Where nothing was chosen yet, what holds then is shown as chosen: mostly the first choice."""
        if cell.value:
            return False
        holder = value_at(self.tree, path.rpartition(".")[0])
        joined = path.endswith(".tie") and isinstance(holder, dict) and "points" in holder
        cell.value = cell.choices[-1 if joined else 0][0]
        return True

    def cells(self, path: str, names: Sequence[str]) -> list[Cell]:
        """The fields below a place."""
        return [self.cell(f"{path}.{name}" if path else name) for name in names]

    def name_cell(self, path: str, label: str) -> Cell:
        """The field in which a name of the author's stands."""
        typed = self.draft.names.get(path)
        name = path.rpartition(".")[2]
        cell = Cell(f"{PLACE}{path}#name", label, "text", name if typed is None else typed, hidden_label=True)
        cell.error = self.take(path)
        if typed is not None:
            cell.error = _("Another one has this name.") if typed else _("Give it a name.")
            if typed and typed not in (value_at(self.tree, path.rpartition(".")[0]) or {}):
                cell.error = _("A name begins with a letter; then letters, digits and _.")
        return cell

    def grid(self, path: str, title: str, names: Sequence[str], adds: list[tuple[str, str]]) -> Grid:
        """The rows of a list of the document, with the same fields each."""
        rows = value_at(self.tree, path)
        heads: list[str] = []
        for name in names:
            known = field_at(f"{path}[0].{name}")
            heads.append(str(known.label) if known else name)
        found = [self._row(f"{path}[{at}]", at, names, heads) for at, _row in enumerate(rows or [])]
        return Grid(path, title, heads, found, adds, self.take(path))

    def _row(self, path: str, at: int, names: Sequence[str], heads: list[str]) -> Row:
        label = _("Row %(number)s") % {"number": at + 1}
        cells = [
            self.cell(f"{path}.{name}", label=f"{label}: {head}", hidden_label=True)
            for name, head in zip(names, heads, strict=True)
        ]
        return Row(path, cells, label, self.take(path))
