"""The divisions of China as the package carries them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "vendor"


def read(name: str) -> Any:
    """One file of the data. Raises: FileNotFoundError when the set-up has not copied it yet."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def city_names() -> frozenset[str]:
    """Names of cities, those of county rank too, as companies' names begin with them; empty without the data."""
    try:
        names = [row["name"] for row in [*read("cities.json"), *read("areas.json")]]
    except FileNotFoundError:
        return frozenset()
    return frozenset(name.removesuffix("市").removesuffix("地区") for name in names if name.endswith(("市", "地区")))
