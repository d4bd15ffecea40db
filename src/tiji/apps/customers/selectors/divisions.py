"""China's administrative divisions and other countries: what a choice of region offers, and how a region is written."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tiji.apps.customers.models import Division
from tiji.apps.customers.models.search import search_words

PROVINCE, CITY, COUNTY = 2, 4, 6


@dataclass(frozen=True, slots=True)
class DivisionChoice:
    """The three selects of a region: what each offers and what is chosen."""

    provinces: list[Division]
    cities: list[Division]
    counties: list[Division]
    chosen: tuple[str, ...]


def top_divisions() -> QuerySet[Division]:
    """Provinces in the order of their codes, then countries."""
    return Division.objects.filter(parent__isnull=True)


def divisions_under(code: str, *, deep: bool = False) -> QuerySet[Division]:
    """What lies directly under a division; with `deep` the division itself and everything below."""
    if deep:
        return Division.objects.filter(in_division(code, path="code"))
    return Division.objects.filter(parent_id=code)


def in_division(code: str, path: str = "division_id") -> Q:
    """The condition on rows in a division or below it: codes begin with the code of what holds them.

    Written as a range, so that the index on the codes serves it whatever the database's collation.
    """
    if not code.isdecimal():
        return Q(**{path: code})
    after = str(int(code) + 1).zfill(len(code))
    return Q(**{f"{path}__gte": code, f"{path}__lt": after})


def division_choice(code: str) -> DivisionChoice:
    """The cascade for a chosen division, in one query; nothing chosen offers the provinces alone."""
    province, city = code[:PROVINCE], code[:CITY]
    parents = Q(parent__isnull=True)
    if code and not code.isalpha():
        parents |= Q(parent_id=province)
        parents |= Q(parent_id=city) if len(code) >= CITY else Q(pk__in=[])
    rows = list(Division.objects.filter(parents))
    return DivisionChoice(
        provinces=[row for row in rows if row.parent_id is None],
        cities=[row for row in rows if row.parent_id == province],
        counties=[row for row in rows if len(code) >= CITY and row.parent_id == city],
        chosen=tuple(dict.fromkeys(part for part in (province, city, code) if part and len(part) <= len(code))),
    )


def find_divisions(text: str, limit: int = 20) -> list[Division]:
    """Divisions by name, pinyin or initials, the larger first."""
    rows = Division.objects.all()
    for word in search_words(text):
        rows = rows.filter(search_key__contains=word)
    return sorted(rows[:400], key=lambda row: (len(row.code), row.code))[:limit]


def divisions(*, under: str | None = None, q: str = "") -> QuerySet[Division]:
    """Divisions directly under a code, at the top (an empty code), or anywhere by name, pinyin or initials."""
    rows = Division.objects.all()
    if under is not None:
        rows = rows.filter(parent_id=under) if under else rows.filter(parent__isnull=True)
    for word in search_words(q):
        rows = rows.filter(search_key__contains=word)
    return rows
