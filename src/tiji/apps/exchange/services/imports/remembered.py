"""How columns were mapped last time, and how those of known systems always are."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tiji.apps.exchange.models import ImportMapping
from tiji.apps.exchange.services.imports.fields import fields_of
from tiji.apps.exchange.services.imports.headings import guess_mapping, normal
from tiji.apps.organization.models import User

KNOWN_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping to confirm, where it comes from (remembered, known, guessed), and the options that go with it."""

    mapping: dict[str, str]
    origin: str
    source: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@cache
def known_sources() -> dict[str, Any]:
    """The mapping files that come with the product, by the name of their source."""
    folder = files("tiji.apps.exchange") / "data" / "sources"
    found = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            found[file.name.removesuffix(".yaml")] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def headings_key(headings: Sequence[str]) -> str:
    """Files with the same headings, in whatever order, have the same key."""
    return hashlib.sha256("\n".join(sorted(normal(one) for one in headings)).encode()).hexdigest()


def propose(kind: str, headings: Sequence[str], source: str = "") -> Proposal:
    """What was confirmed for these headings before, else what a known system calls its columns, else a guess."""
    last = ImportMapping.objects.filter(kind=kind, headings_key=headings_key(headings)).first()
    if last is not None:
        allowed = set(headings)
        return Proposal({one: name for one, name in last.mapping.items() if one in allowed}, "remembered", source)
    known = _known(kind, headings, source)
    return known or Proposal(guess_mapping(kind, headings), "guessed", source)


def _known(kind: str, headings: Sequence[str], wanted: str) -> Proposal | None:
    """The known system of which the file has the most columns, if it has enough to be sure."""
    plain = {normal(heading): heading for heading in headings}
    best: tuple[float, Proposal] | None = None
    for source, one in known_sources().items():
        told = (one.get("kinds") or {}).get(kind)
        if not told or (wanted and wanted not in ("file", source)):
            continue
        columns = {normal(str(heading)): name for heading, name in told["columns"].items()}
        there = [heading for heading in columns if heading in plain]
        needed = [normal(str(heading)) for heading in told.get("signs", ())]
        if not all(sign in plain for sign in needed) or not there:
            continue
        share = len(there) / len(columns)
        mapping: dict[str, str] = {}
        for heading in there:
            if columns[heading] not in mapping.values() or columns[heading] not in fields_of(kind):
                mapping[plain[heading]] = columns[heading]
        enough = share >= KNOWN_SHARE or wanted == source or bool(needed)
        if enough and (best is None or share > best[0]):
            options = {**(one.get("options") or {}), **(told.get("options") or {})}
            best = (share, Proposal(mapping, "known", source, options))
    return best[1] if best else None


def remember(*, kind: str, headings: Sequence[str], mapping: Mapping[str, str], actor: User, at: datetime) -> None:
    """The next file with these headings is mapped like this one."""
    ImportMapping.objects.update_or_create(
        kind=kind,
        headings_key=headings_key(headings),
        defaults={"mapping": {heading: mapping.get(heading, "") for heading in headings}, "by": actor, "at": at},
    )
