"""Is this company a customer already? Asked at entry, in imports and by the duplicate search."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account
from tiji.apps.customers.models.names import core_name, same_name_key, short_name
from tiji.apps.customers.models.search import found_by
from tiji.apps.organization.models import User

LOOKED_AT = 200
ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Likeness:
    """A customer that may be the same company; without `account` and with a masked `name` for who may not see it."""

    name: str
    owner: str
    account: Account | None
    alike: float


def same_company(*, name: str, credit_code: str = "", besides: int | None = None) -> Account | None:
    """The customer that is this company: the same code, or the same name and no code that says otherwise."""
    rows = Account.objects.live().select_related("owner").exclude(pk=besides)
    if credit_code:
        found: Account | None = rows.filter(credit_code=credit_code).first()
        if found:
            return found
    twins = rows.filter(name_key=same_name_key(name))
    if credit_code:
        twins = twins.filter(credit_code="")
    return twins.order_by("pk").first()


def duplicate_message(found: Account, viewer: User) -> str:
    """What to tell somebody who is about to enter this customer again; masked for who may not see it."""
    if Account.objects.visible_to(viewer).filter(pk=found.pk).exists():
        values = {"name": found.name, "number": found.number, "owner": found.owner or _("nobody")}
        return _("%(name)s is a customer already (%(number)s), looked after by %(owner)s. Open it instead.") % values
    return _(
        "%(name)s is a customer already, looked after by a colleague whose customers you do not see."
        " Ask your sales operations team."
    ) % {"name": masked(found.name)}


def similar_accounts(*, viewer: User, name: str, besides: int | None = None, limit: int = 5) -> list[Likeness]:
    """Customers whose names come close, the closest first: a warning, not a refusal."""
    word = short_name(name)
    if len(word) < 2:
        return []
    rows: Any = Account.objects.live().exclude(pk=besides).select_related("owner")
    close = rows.filter(found_by(Account, word) | _named_like(word)).order_by("sort_key", "pk")[:LOOKED_AT]
    visible = set(
        Account.objects.visible_to(viewer).filter(pk__in=[row.pk for row in close]).values_list("pk", flat=True)
    )
    scored = sorted(((_alike(name, row.name), row) for row in close), key=lambda pair: -pair[0])
    return [_likeness(row, alike, row.pk in visible) for alike, row in scored if alike >= ALIKE][:limit]


def _named_like(word: str) -> Q:
    """Names that share the first four characters of the short name: 锡澄重工 finds 锡澄重工机械."""
    return found_by(Account, word[:4]) if len(word) > 4 else Q(pk__in=[])


def _likeness(row: Account, alike: float, visible: bool) -> Likeness:
    if visible:
        return Likeness(row.name, str(row.owner or ""), row, alike)
    return Likeness(masked(row.name), "", None, alike)


def _alike(one: str, other: str) -> float:
    a, b = same_name_key(core_name(one)), same_name_key(core_name(other))
    if min(len(a), len(b)) >= 3 and (a in b or b in a):
        return 1.0
    return SequenceMatcher(None, a, b).ratio()


def masked(name: str) -> str:
    """The first two characters and the last two: enough to know it again, not enough to call it."""
    return name if len(name) <= 4 else f"{name[:2]}***{name[-2:]}"
