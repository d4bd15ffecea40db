"""Whose the events of a run are, by role: owners and those who share a contract, everybody above them, and those who
keep the product lines that were sold. All of it in sets, as the kernel's assignments.

Source: docs/how-to/pay-shares.md
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tiji.apps.catalog.selectors.products import keepers_of_lines
from tiji.apps.commerce.selectors.line_mix import lines_of_contracts, lines_of_orders
from tiji.apps.commerce.selectors.shares import Agreement, agreements
from tiji.apps.incentives.selectors.events import (
    PRODUCT_SUBJECT,
    STORED_DIGITS,
    contract_of_subject,
    document_of_subject,
    subject_of_contract,
)
from tiji.apps.incentives.selectors.plans import Span
from tiji.apps.incentives.selectors.spans import NEVER, Held, meet, outside, stacked
from tiji.apps.organization.selectors.superiors import Above, superiors
from tiji.kernel.commission import ASSIGNMENT_SCHEMA, Component, CreditRule, Plan
from tiji.kernel.money import largest_remainder
from tiji.kernel.periods import FiscalCalendar

OWNER, MANAGER, PRODUCT_MANAGER = "owner", "manager", "product_manager"
ROLES = (OWNER, MANAGER, PRODUCT_MANAGER)
WHOLE = 10**8
Payees = Mapping[int, list[Span]]


class Row(NamedTuple):
    """A row of ASSIGNMENT_SCHEMA."""

    subject_id: int
    role: str
    seq: int
    payee_id: int | None
    share: int
    valid_from: date
    valid_until: date | None


def with_roles(plan: Plan) -> Plan:
    """The plan with a role for each way of rolling up, so that two components of one plan may reach differently far."""
    return replace(plan, components=tuple(replace(one, credit=_named(one)) for one in plan.components))


def _named(component: Component) -> CreditRule:
    rule = component.credit
    if rule.role != MANAGER:
        return rule
    words = [MANAGER, str(rule.levels or "all"), rule.hierarchy]
    if rule.hierarchy == "period_end":
        words.append(component.pay.interval)
    return replace(rule, role=" ".join(words))


def counts_for_company(component: Component) -> bool:
    """Whether its credits are what the company sold. Those of roll-ups and overlays are the same events once more."""
    return component.credit.role == OWNER


class Crediting:
    """Whose the events are that a run reads, from their first day until before `end`; `on` is the day of the run."""

    def __init__(self, events: pa.Table, end: date, on: date, calendar: FiscalCalendar) -> None:
        self.events, self.end, self.on, self.calendar = events, end, on, calendar
        days = pc.min(pc.coalesce(events["credit_on"], events["event_on"])).as_py()
        self.start: date = min(days or end - timedelta(days=1), end - timedelta(days=1))
        self._above: dict[tuple[str, str], list[Above]] = {}

    def assignments(self, plan: Plan, payees: Payees) -> pa.Table:
        """Everybody's shares in the roles that the plan credits, while it pays them.

        Shape: ASSIGNMENT_SCHEMA. A row without a payee is held by somebody whom the plan does not pay.
        """
        wanted = {part.credit.role: part for part in plan.components}
        rows = [row for part in wanted.values() for row in self._rows(part, payees)]
        columns: list[Any] = list(zip(*rows, strict=True)) or [[] for _name in ASSIGNMENT_SCHEMA]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, ASSIGNMENT_SCHEMA, strict=True)]
        return pa.table(arrays, schema=ASSIGNMENT_SCHEMA)

    def credited(self, plan: Plan, assignments: pa.Table) -> pa.Array:
        """Which of the events somebody of the plan may be credited with, as a mask."""
        paid = assignments.filter(pc.is_valid(assignments["payee_id"]))
        overlay = pc.equal(paid["role"], PRODUCT_MANAGER)
        mask = pc.is_in(self.events["subject_id"], paid.filter(pc.invert(overlay))["subject_id"].combine_chunks())
        if any(part.credit.role == PRODUCT_MANAGER for part in plan.components):
            subjects = paid.filter(overlay)["subject_id"].combine_chunks()
            mask = pc.or_(mask, pc.is_in(self.events[PRODUCT_SUBJECT], subjects))
        return mask

    def _rows(self, part: Component, payees: Payees) -> Iterator[Row]:
        role = part.credit.role
        if role == PRODUCT_MANAGER:
            return self._kept(payees)
        return self._owned(payees) if role == OWNER else self._rolled_up(part, payees)

    # Owners, and those who share a contract

    def _owned(self, payees: Payees) -> Iterator[Row]:
        """Each holds all of what is his, while the plan is his; of a shared contract his part of it."""
        for person, spans in sorted(payees.items()):
            yield from (Row(person, OWNER, 1, person, WHOLE, start, end) for start, end in spans)
        for contract, agreed in sorted(self._shared.items()):
            subject = subject_of_contract(contract)
            for one in agreed:
                for seq, (person, rate) in enumerate(one.shares, start=1):
                    held = Held(one.start, one.end or NEVER, int(rate.scaleb(8)))
                    yield from _shares(subject, OWNER, seq, person, held, payees)

    @cached_property
    def _shared(self) -> dict[int, list[Agreement]]:
        """Contract → who shares it, of the contracts that the events name."""
        subjects = pc.unique(self.events["subject_id"]).to_pylist()
        contracts = [contract_of_subject(subject) for subject in subjects if subject < 0]
        return agreements(contracts) if contracts else {}

    # Everybody above them

    def _rolled_up(self, part: Component, payees: Payees) -> Iterator[Row]:
        """Whoever is above an owner holds all of it for himself; of a shared contract what his people hold, once."""
        rule = part.credit
        above: dict[int, list[Above]] = defaultdict(list)
        for one in self._superiors(rule.hierarchy, part.pay.interval):
            if one.manager in payees and (rule.levels is None or one.level <= rule.levels):
                above[one.person].append(one)
        for person, rows in sorted(above.items()):
            for one in rows:
                held = Held(one.start, one.end, WHOLE)
                for span in meet(held, payees[one.manager]):
                    yield Row(person, rule.role, one.level, one.manager, span.share, span.start, span.end)
        for contract, agreed in sorted(self._shared.items()):
            yield from self._rolled_up_shares(subject_of_contract(contract), rule.role, agreed, above, payees)

    def _rolled_up_shares(
        self, subject: int, role: str, agreed: list[Agreement], above: Mapping[int, list[Above]], payees: Payees
    ) -> Iterator[Row]:
        parts: dict[int, list[Held]] = defaultdict(list)
        for one in agreed:
            for person, rate in one.shares:
                share = int(rate.scaleb(8))
                for boss in above.get(person, ()):
                    parts[boss.manager] += meet(Held(boss.start, boss.end, share), [(one.start, one.end)])
        for seq, (manager, held) in enumerate(sorted(parts.items()), start=1):
            for whole in stacked(held, WHOLE):
                for span in meet(whole, payees[manager]):
                    yield Row(subject, role, seq, manager, span.share, span.start, span.end)

    def _superiors(self, hierarchy: str, interval: str) -> list[Above]:
        key = (hierarchy, interval if hierarchy == "period_end" else "")
        if key not in self._above:
            self._above[key] = list(self._read_superiors(hierarchy, interval))
        return self._above[key]

    def _read_superiors(self, hierarchy: str, interval: str) -> Iterable[Above]:
        people = self._people
        if hierarchy == "event":
            return superiors(people, self.start, self.end)
        if hierarchy == "current":
            return _as_of(people, self.on, self.start, self.end)
        return [
            one
            for start, end in self._intervals(interval)
            for one in _as_of(people, end - timedelta(days=1), start, end)
        ]

    @cached_property
    def _people(self) -> set[int]:
        """The owners of the events, and everybody who shares one."""
        owners = {subject for subject in pc.unique(self.events["subject_id"]).to_pylist() if subject > 0}
        return owners | {person for agreed in self._shared.values() for one in agreed for person, _rate in one.shares}

    def _intervals(self, interval: str) -> Iterator[tuple[date, date]]:
        period = self.calendar.period_of(self.start, interval)
        while period.start < self.end:
            yield period.start, period.end
            period = self.calendar.next(period)

    # Those who keep a product line

    def _kept(self, payees: Payees) -> Iterator[Row]:
        """Whoever keeps a line holds the part of a document that its products make; the rest is nobody's here."""
        ever = Held(self.start, self.end, 0)
        keepers = {line: _kept_by(rows, payees, ever) for line, rows in keepers_of_lines().items()}
        nobody = [(None, ever)]
        for subject, lines in self._mixes:
            parts: dict[int | None, list[Held]] = defaultdict(list)
            for line, share in lines.items():
                for payee, span in keepers.get(line, nobody):
                    parts[payee].append(Held(span.start, span.end, share))
            paid = sorted(payee for payee in parts if payee is not None)
            if not paid:
                continue
            for seq, payee in enumerate([*paid, None][: len(parts)], start=1):
                for span in stacked(parts[payee]):
                    yield Row(subject, PRODUCT_MANAGER, seq, payee, span.share, span.start, span.end)

    @cached_property
    def _mixes(self) -> list[tuple[int, dict[int, int]]]:
        """Subject → product line → its share, together exactly one, cut by largest remainder in the order of lines."""
        subjects = pc.unique(pc.drop_null(self.events[PRODUCT_SUBJECT])).to_pylist()
        documents = {subject: document_of_subject(subject) for subject in sorted(subjects)}
        orders = lines_of_orders(key for kind, key in documents.values() if kind == "order")
        contracts = lines_of_contracts(key for kind, key in documents.values() if kind == "contract")
        found = []
        for subject, (kind, key) in documents.items():
            mix = (orders if kind == "order" else contracts).get(key)
            if mix:
                lines = sorted(mix)
                weights = [int(mix[line].scaleb(STORED_DIGITS)) for line in lines]
                found.append((subject, dict(zip(lines, largest_remainder(WHOLE, weights), strict=True))))
        return [(subject, {line: share for line, share in lines.items() if share}) for subject, lines in found]


def _shares(subject: int, role: str, seq: int, person: int, held: Held, payees: Payees) -> Iterator[Row]:
    """One person's share, and without a payee for the days on which the plan does not pay him."""
    spans = payees.get(person, [])
    for payee, parts in ((person, meet(held, spans)), (None, outside(held, spans))):
        for one in parts:
            end = None if one.end == NEVER else one.end
            yield Row(subject, role, seq, payee, one.share, one.start, end)


def _kept_by(rows: list[tuple[int, date, date | None]], payees: Payees, ever: Held) -> list[tuple[int | None, Held]]:
    """Who keeps a line when; without a payee while nobody whom the plan pays does."""
    found: list[tuple[int | None, Held]] = []
    for person, start, end in rows:
        for kept in meet(ever, [(start, end)]):
            found += [(person, span) for span in meet(kept, payees.get(person, []))]
    taken = [(span.start, span.end) for _person, span in found]
    return [*found, *((None, span) for span in outside(ever, taken))]


def _as_of(people: Iterable[int], day: date, start: date, end: date) -> list[Above]:
    """The hierarchy of one day, for all of a time."""
    return [one._replace(start=start, end=end) for one in superiors(people, day, day + timedelta(days=1))]
