"""The words of the tables: who may enter by which method, and what the others are told.

PAGES = {
    "units": page(EVERYBODY),                                        # GET, 200; not signed in: the sign-in page
    "person": page("hanna rita", args=lambda w: [w.rita.person_id], but={"zoe": 404}),     # the others: 403
    "unit_move": (page("adam hanna"), post("adam hanna")),           # several methods
    "health_live": public(),                                         # everybody, also without sign-in
}
OPERATIONS = {
    "GET /units": api(EVERYBODY),
    "POST /units": api("adam hanna", body={}),                       # allowed means: not 401, 403, 404 or 405
    "GET /people/{person_id}": api("hanna rita", args={"person_id": lambda w: w.rita.person_id}, no=404),
}
def build(world): world.thing = make_thing(owner=world.rita.person)   # optional: rows that the lines need
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

CAST = ("rita", "ray", "max_", "erin", "zoe", "milo", "petra", "olaf", "fiona", "hanna", "dora", "axel", "adam")
EVERYBODY = " ".join(CAST)
BESIDES = ("dirk",)  # asked only at doors whose line names him: a role over a unit, and no person
SIGN_IN = "sign-in"
ALLOWED_BY_API = frozenset({200, 201, 202, 204, 400, 409, 412, 415, 422, 428})
REFUSALS = frozenset({401, 403, 404, 405})


@dataclass(frozen=True)
class Door:
    """One method of one address: `may` enters and gets one of `ok`; the others get `no`, except as told in `but`."""

    method: str
    may: frozenset[str]
    ok: frozenset[int]
    no: int = 403
    nobody: int | str = SIGN_IN
    but: Mapping[str, int] = field(default_factory=dict)
    args: Any = None
    data: Any = None
    query: str = ""

    @property
    def cast(self) -> tuple[str, ...]:
        """Who knocks."""
        return (*CAST, *(who for who in BESIDES if who in self.may or who in self.but))

    def expected(self, who: str) -> frozenset[int]:
        if who in self.but:
            return frozenset({self.but[who]})
        return self.ok if who in self.may else frozenset({self.no})


def _who(names: str) -> frozenset[str]:
    found = frozenset(names.split())
    unknown = found - frozenset(CAST) - frozenset(BESIDES)
    assert not unknown, f"not in the cast: {', '.join(sorted(unknown))}"
    return found


def _ok(ok: int | tuple[int, ...]) -> frozenset[int]:
    return frozenset({ok} if isinstance(ok, int) else ok)


def page(
    may: str,
    *,
    ok: int | tuple[int, ...] = 200,
    no: int = 403,
    nobody: int | str = SIGN_IN,
    but: Mapping[str, int] | None = None,
    args: Callable[[Any], list[Any]] | None = None,
    query: str = "",
) -> Door:
    """GET of a page."""
    return Door("GET", _who(may), _ok(ok), no, nobody, but or {}, args, None, query)


def post(
    may: str,
    *,
    data: Mapping[str, Any] | None = None,
    ok: int | tuple[int, ...] = (200, 204, 302, 409, 422),
    no: int = 403,
    nobody: int | str = SIGN_IN,
    but: Mapping[str, int] | None = None,
    args: Callable[[Any], list[Any]] | None = None,
) -> Door:
    """POST of a form, empty unless `data` is given: who may is asked for more (422), the others are refused (403)."""
    return Door("POST", _who(may), _ok(ok), no, nobody, but or {}, args, data or {})


def public(
    *,
    ok: int | tuple[int, ...] = 200,
    method: str = "GET",
    args: Callable[[Any], list[Any]] | None = None,
    data: Any = None,
) -> Door:
    """Open to everybody, also without sign-in."""
    return Door(method, _who(EVERYBODY), _ok(ok), nobody=-1, args=args, data=data)


def api(
    may: str,
    *,
    body: Any = None,
    no: int = 403,
    but: Mapping[str, int] | None = None,
    args: Mapping[str, Any] | None = None,
    query: str = "",
) -> Door:
    """An API operation; its method stands in the table's key. Not signed in: 401."""
    return Door("", _who(may), ALLOWED_BY_API, no, 401, but or {}, args or {}, body, query)


def with_method(door: Door, method: str) -> Door:
    return replace(door, method=method)
