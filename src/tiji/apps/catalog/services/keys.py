"""The computed columns of products."""

from tiji.shared.search import normal, pinyin_key, search_key


def product_keys(*, name: str, name_en: str = "", code: str = "") -> dict[str, str]:
    """How a product is found and sorted."""
    key = " ".join(part for part in (search_key(name), normal(name_en), normal(code)) if part)
    return {"search_key": key[:400], "sort_key": pinyin_key(name)}
