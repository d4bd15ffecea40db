"""Papers: what a printed document says, apart from how it is drawn. Plain texts, already in the reader's language.

A paper has one digest. It is taken of everything the paper says, so two papers that say the same have the same digest,
and one that is kept as data can be shown, printed and compared years later. `tiji.shared.pdf` draws them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `tone` is "", "muted", "strong" or "warn"."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences one below the other."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, in two columns."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, its width beside the others, and whether it holds numbers.

    Columns that add up to less than 75 make a table narrower than the page.
    """

    label: str
    width: int = 10
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings that stand on every page; `foot` is the last row, in bold."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[str, ...] = ()


Part = Heading | Text | Bullets | Facts | Table
_KINDS: dict[str, Any] = {one.__name__.lower(): one for one in (Heading, Text, Bullets, Facts, Table)}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: who issues it, what it is called, and what it says. `language` is that of all its texts."""

    issuer: str
    title: str
    subtitle: str
    language: str
    parts: tuple[Part, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 of everything the paper says."""
        said = json.dumps(paper_to_dict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()


def paper_to_dict(paper: Paper) -> dict[str, Any]:
    """The paper as data that JSON keeps."""
    head: dict[str, Any] = {name: getattr(paper, name) for name in ("issuer", "title", "subtitle", "language")}
    return {**head, "parts": [{"kind": type(part).__name__.lower(), **_plain(asdict(part))} for part in paper.parts]}


def paper_from_dict(said: Mapping[str, Any]) -> Paper:
    """The paper that `paper_to_dict` wrote out. Raises: KeyError, TypeError for anything else."""
    parts = tuple(_part(dict(part)) for part in said["parts"])
    return Paper(said["issuer"], said["title"], said["subtitle"], said["language"], parts)


def _plain(value: Any) -> Any:
    """Tuples as lists, so that what comes back from a database is equal to what went in."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _part(said: dict[str, Any]) -> Part:
    kind = _KINDS[said.pop("kind")]
    if kind is Table:
        columns = tuple(Column(**column) for column in said["columns"])
        return Table(columns, tuple(map(tuple, said["rows"])), tuple(said["foot"]))
    if kind is Facts:
        return Facts(tuple((label, value) for label, value in said["rows"]))
    if kind is Bullets:
        return Bullets(tuple(said["items"]))
    part: Part = kind(**said)
    return part
