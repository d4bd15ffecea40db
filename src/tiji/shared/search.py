"""Names as people type and sort them: one width of letters, pinyin for Chinese."""

import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_LONGEST = 200


def normal(text: str) -> str:
    """NFKC, lower case, single spaces: `ＡＢＣ　有限公司` → `abc 有限公司`."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=50_000)
def pinyin_key(name: str) -> str:
    """What a name sorts and is found by: `苏州智控` → `su zhou zhi kong`. Latin words stay whole."""
    return " ".join(" ".join(lazy_pinyin(normal(name))).split())[:_LONGEST]


@lru_cache(maxsize=50_000)
def initials(name: str) -> str:
    """The first letters: `苏州智控` → `szzk`; Latin words and digits stay as they are."""
    return "".join("".join(lazy_pinyin(normal(name), style=Style.FIRST_LETTER)).split())[:_LONGEST]


def search_key(name: str) -> str:
    """One text in which a name is found by its characters, its pinyin with and without spaces, and its initials."""
    key = pinyin_key(name)
    return " ".join(dict.fromkeys((normal(name), key, key.replace(" ", ""), initials(name))))[: 2 * _LONGEST]
