"""`owner IN (…)` for many ids: one parameter instead of thousands."""

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Field, ForeignObject, Lookup, Q

FEW = 20


class IdSet:
    """Ids for the `among` lookup. Not iterable on purpose: Django would look at each one for every query."""

    __slots__ = ("_json", "ids")

    def __init__(self, ids: Iterable[int]) -> None:
        self.ids = sorted(ids)
        self._json: str | None = None

    def as_json(self) -> str:
        if self._json is None:
            self._json = json.dumps(self.ids, separators=(",", ":"))
        return self._json


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup):
    """`column__among=IdSet(ids)`: an array on PostgreSQL, a JSON array on SQLite."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s::bigint[])", [*params, self.rhs.ids]
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, self.rhs.as_json()]  # noqa: S608


def among(path: str, ids: Iterable[int] | IdSet) -> Q:
    """`path IN ids`: spelled out while few, so that the planner sees them; one parameter when many."""
    found = ids if isinstance(ids, IdSet) else IdSet(ids)
    if not found.ids:
        return Q(pk__in=[])
    if len(found.ids) <= FEW:
        return Q(**{f"{path}__in": found.ids})
    return Q(**{f"{path}__among": found})
