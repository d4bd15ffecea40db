"""What a rebalance could not place, in words: how much, in which month, of which kind, and who holds it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tiji.apps.targets.display.frames import month_label
from tiji.apps.targets.selectors.grids import from_units
from tiji.kernel.targets import Left, Why

if TYPE_CHECKING:
    from tiji.apps.targets.display.planning import GridPage

MOST_NAMES = 6
# (why, is short)
SENTENCES = {
    ("carried", True): gettext_lazy("%(month)s is closed: the %(gap)s it lacks are made up in %(carry)s."),
    ("carried", False): gettext_lazy("%(month)s is closed: the %(gap)s it is over come off in %(carry)s."),
    (Why.CLOSED, True): gettext_lazy("%(month)s is closed and stays %(gap)s short."),
    (Why.CLOSED, False): gettext_lazy("%(month)s is closed and stays %(gap)s over."),
    (Why.TYPED, True): gettext_lazy("%(month)s stays %(gap)s short: it is typed for %(names)s."),
    (Why.TYPED, False): gettext_lazy("%(month)s stays %(gap)s over: it is typed for %(names)s."),
    (Why.OTHERS, True): gettext_lazy("%(month)s stays %(gap)s short: %(names)s take no part."),
    (Why.OTHERS, False): gettext_lazy("%(month)s stays %(gap)s over: %(names)s take no part."),
}


def month_names(page: "GridPage", periods: Sequence[str]) -> str:
    """Months by their short names."""
    return _(", ").join(month_label(month.start) for month in page.frame.months if month.key in periods)


def left_in_words(page: "GridPage", left: Sequence[Left]) -> list[str]:
    """One sentence for each month and reason; both kinds together where they lack, or have, the same way."""
    found = []
    carries = [one.period for one in left if one.why is Why.CARRIES]
    for (period, why, rows, _sign), parts in _grouped(left).items():
        if why is not Why.CARRIES:
            found.append(_sentence(page, period, why, rows, parts, carries))
    return found


def _grouped(left: Sequence[Left]) -> dict[tuple[str, Why, tuple[str, ...], bool], list[Left]]:
    groups: dict[tuple[str, Why, tuple[str, ...], bool], list[Left]] = {}
    for one in sorted(left, key=lambda one: one.period):
        groups.setdefault((one.period, one.why, one.rows, one.amount > 0), []).append(one)
    return groups


def _sentence(
    page: "GridPage", period: str, why: Why, rows: Sequence[str], parts: Sequence[Left], carries: Sequence[str]
) -> str:
    amount = sum(one.amount for one in parts)
    names = _(", ").join(str(page.label(key)) for key in rows[:MOST_NAMES])
    if len(rows) > MOST_NAMES:
        names = _("%(names)s and %(n)s more") % {"names": names, "n": len(rows) - MOST_NAMES}
    carried = "carried" if why is Why.CLOSED and carries else why
    return str(SENTENCES[carried, amount > 0]) % {
        "month": _month(page, period, parts),
        "gap": page.tag_amount(from_units(page.frame.plan, abs(amount))),
        "names": names,
        "carry": month_names(page, carries),
    }


def _month(page: "GridPage", period: str, parts: Sequence[Left]) -> str:
    """The month, with the kind where only one of two differs."""
    month = month_names(page, [period])
    if len(parts) > 1 or parts[0].kind is None or len(page.opened.grid.setup.kinds) < 2:
        return month
    kind = pgettext("kind", "New") if parts[0].kind == "new" else _("Existing")
    return _("%(month)s (%(kind)s)") % {"month": month, "kind": kind}
