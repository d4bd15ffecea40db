"""Keys by which names sort and are found: Chinese by pinyin, everything else as it is spelled."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=65_536)
def sort_key_of(name: str) -> str:
    """`陈昊然` → `chen hao ran`; Latin names in lower case."""
    return " ".join(part.strip().lower() for part in lazy_pinyin(name) if part.strip())[:200]


@lru_cache(maxsize=65_536)
def initials_of(name: str) -> str:
    """`陈昊然` → `chr`, to be typed into a search box."""
    return "".join(part.strip().lower()[:1] for part in lazy_pinyin(name, style=Style.FIRST_LETTER))[:40]
