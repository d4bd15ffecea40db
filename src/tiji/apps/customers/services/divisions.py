"""Loading China's administrative divisions and the countries of the world."""

from collections.abc import Iterator
from functools import cache

from babel import Locale
from django.db import transaction

from tiji.apps.customers.data.places import read
from tiji.apps.customers.models import Division
from tiji.apps.customers.services.keys import division_key

# Rows of the national table that group counties without being a place, and what a choice of city calls them.
GROUPS = {"市辖区": "{}", "县": "{}（县）", "省直辖县级行政区划": "省直辖县", "自治区直辖县级行政区划": "自治区直辖县"}
# GB/T 2260 gives Taiwan 71, Hong Kong 81, Macau 82.
OUTSIDE = {"香港特别行政区": "81", "澳门特别行政区": "82", "台湾省": "71"}
NOT_COUNTRIES = frozenset({"CN", "HK", "MO", "TW", "EU", "EZ", "QO", "UN", "ZZ", "XA", "XB"})


@transaction.atomic
def load_divisions() -> int:
    """Bring the table to what the package holds; rows that are there already stay. Returns how many it holds then.

    Raises: FileNotFoundError when the set-up has not copied the data yet.
    """
    rows = [*_china(), *_outside(), *_countries()]
    Division.objects.bulk_create(
        sorted(rows, key=lambda row: (len(row.code), row.code)),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "full_name", "parent_id", "search_key"],
        batch_size=500,
    )
    return len(rows)


def _china() -> Iterator[Division]:
    names: dict[str, str] = {}
    for row in [*read("provinces.json"), *read("cities.json"), *read("areas.json")]:
        code = row["code"]
        names[code] = row["name"]
        yield _division(code, row["name"], [names[code[:length]] for length in (2, 4) if length < len(code)])


def _outside() -> Iterator[Division]:
    for province, places in read("HK-MO-TW.json").items():
        top = OUTSIDE[province]
        yield _division(top, province, [])
        for number, (city, counties) in enumerate(places.items(), start=1):
            code = f"{top}{number:02d}"
            yield _division(code, city, [province])
            for place, county in enumerate(counties, start=1):
                yield _division(f"{code}{place:02d}", county, [province, city])


def _division(code: str, name: str, above: list[str]) -> Division:
    parts = dict.fromkeys(part for part in [*above, name] if part not in GROUPS)
    full = "".join(parts)
    shown = GROUPS.get(name, name).format(above[0] if above else "")
    return Division(
        code=code, name=shown, full_name=full, parent_id=code[:-2] or None, search_key=division_key(shown, full)
    )


def _countries() -> Iterator[Division]:
    chinese, english = Locale("zh"), Locale("en")
    for code in sorted(_country_codes()):
        name = chinese.territories[code]
        key = f"{division_key(name, name)} {english.territories[code].lower()} {code.lower()}"
        yield Division(code=code, name=name, full_name=name, parent_id=None, search_key=key[:200])


@cache
def _country_codes() -> frozenset[str]:
    names = Locale("zh").territories
    codes = (str(code) for code in names)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - NOT_COUNTRIES
