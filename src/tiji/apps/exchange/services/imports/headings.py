"""Which column is which field: by what headings are usually called, in Chinese and English."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

NOT_A_LETTER = re.compile(r"[\W_]+")


def normal(heading: str) -> str:
    """Headings that differ only in case, width, spaces, brackets or a required-mark are one."""
    return NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", heading).casefold())


@cache
def synonyms() -> dict[str, dict[str, tuple[str, ...]]]:
    """Kind → field → its usual headings, the likeliest first, normalised."""
    shipped: Any = yaml.safe_load((files("tiji.apps.exchange") / "data" / "headings.yaml").read_text(encoding="utf-8"))
    return {
        kind: {field: tuple(normal(str(word)) for word in words) for field, words in fields.items()}
        for kind, fields in shipped.items()
    }


@cache
def known_headings() -> frozenset[str]:
    """Every heading that any kind knows."""
    return frozenset(word for fields in synonyms().values() for words in fields.values() for word in words)


def guess_mapping(kind: str, headings: Sequence[str]) -> dict[str, str]:
    """Heading → field for what can be guessed: exactly alike first, then headings that contain a usual one."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    plain = {heading: normal(heading) for heading in headings}
    ranked = sorted(
        (place, heading, field)
        for field, words in synonyms()[kind].items()
        for heading, text in plain.items()
        if (place := words.index(text) if text in words else -1) >= 0
    )
    for _place, heading, field in ranked:
        if heading not in found and field not in taken:
            found[heading] = field
            taken.add(field)
    for heading, field in _contained(kind, plain, found, taken):
        found[heading] = field
    return {heading: found[heading] for heading in headings if heading in found}


def _contained(kind: str, plain: Mapping[str, str], found: Mapping[str, str], taken: set[str]) -> list[tuple[str, str]]:
    """预计签单金额（元） contains 签单金额: the longest usual heading inside a heading wins."""
    matches: dict[str, list[tuple[int, str]]] = {}
    for field, words in synonyms()[kind].items():
        if field in taken:
            continue
        for heading, text in plain.items():
            if heading in found:
                continue
            length = max((len(word) for word in words if word in text and _telling(word)), default=0)
            if length:
                matches.setdefault(heading, []).append((length, field))
    best = [(max(ones), heading) for heading, ones in matches.items()]
    result, used = [], set(taken)
    for (_length, field), heading in sorted(best, reverse=True):
        if field not in used:
            used.add(field)
            result.append((heading, field))
    return result


def _telling(word: str) -> bool:
    """Two Chinese characters say enough to be looked for inside a heading; of Latin letters it takes five."""
    return len(word) >= (5 if word.isascii() else 2)
