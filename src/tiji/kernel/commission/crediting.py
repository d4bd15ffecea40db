"""Events → credits: which events count, whose they are, and how an amount is shared to the cent."""

from __future__ import annotations

from tiji.kernel.commission.formula_rows import VALUE, Kept, Stages, valued_events
from tiji.kernel.commission.kinds import Interval
from tiji.kernel.commission.numbers import number
from tiji.kernel.commission.plan import MONTHS_IN, Component, CreditRule, Plan
from tiji.kernel.commission.schemas import SHARE_DIGITS, InputError, Window, subject_column
from tiji.kernel.engine import Session
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Table, Union, keep

_EVENT_KEYS = ("event_id", "event_on", "interval_no", "pay_no", "row_no")
_CREDIT = (*_EVENT_KEYS, "payee_id", "seq", "share", "credit")


def store_credits(
    session: Session, plan: Plan, component: Component, events: Table, assignments: Table, window: Window | None
) -> tuple[Relation, Relation]:
    """The credits of the component, and what of its events nobody is credited with, over one stored stage.

    Shape: credits one row per event and share: payee_id, seq, share, credit, interval_no, pay_no, and row_no, the
    event's place in its table; uncredited: event_id, amount. Where shares split an amount, both together are the
    events' amounts times the rule's share, to the cent; where each holder has his own, an event is uncredited if
    nobody holds it.
    Raises: InputError if shares are more than 1 together or a seq is given twice.
    Source: docs/kernel/commission-pipeline.md, "Credits"
    """
    counted = counted_events(Kept(session), plan, component, events, window)
    shares = session.store("shares", _shares(component.credit, assignments))
    facts = _facts_of(session, shares)
    parts: Relation = _parts(counted, shares)
    each = component.credit.sharing == "each"
    if facts["rows"] <= 1 or each:  # nothing is split: one pass over the events, no cents left to hand out
        everything = session.store("shared_out", _own_credits(plan, parts) if each else _single_credits(plan, parts))
        _check_single(session, component, everything, facts["share"])
    else:
        parts = session.store("parts", parts)
        _check_single(session, component, parts, facts["share"])
        shared = session.store("shared", _shared_credits(plan, parts))
        _check_shared(session, component, shared, twice=facts["same_seq"] > 1)
        columns = (*_CREDIT, "rest")
        everything = session.store(
            "shared_out", Union((_single_credits(plan, parts), Select(shared, keep(shared, *columns))))
        )
    credited = Select(
        everything,
        keep(everything, *_CREDIT),
        where=ir.IsNull(everything.col("payee_id"), negated=True),
    )
    return credited, _uncredited(everything)


def _uncredited(everything: Table) -> Select:
    """What is left of each event: nobody's part, and that of people whom the plan does not pay."""
    rest = Select(
        everything,
        {"event_id": everything.col("event_id"), "amount": ir.Aggregate("SUM", everything.col("rest"))},
        where=everything.col("rest").ne(ir.Number(0)),
        group_by=("event_id",),
    )
    return Select(rest, keep(rest), where=rest.col("amount").ne(ir.Number(0)))


def _facts_of(session: Session, shares: Table) -> dict[str, int]:
    """What the few rows of shares tell about the many events: rows of a subject, the largest share, rows of one seq."""
    pairs = Select(
        shares,
        {
            **keep(shares, "subject_id", "seq"),
            "n": ir.Aggregate("COUNT", ir.Number(1)),
            "rows": ir.Aggregate("MAX", shares.col("rows_of_subject")),
            "share": ir.Aggregate("MAX", shares.col("share")),
        },
        group_by=("subject_id", "seq"),
    )
    found = Select(pairs, {name: ir.Aggregate("MAX", pairs.col(name)) for name in ("n", "rows", "share")})
    row = session.fetch(found).to_pylist()[0]
    return {"rows": row["rows"] or 0, "share": row["share"] or 0, "same_seq": row["n"] or 0}


def counted_events(stages: Stages, plan: Plan, component: Component, events: Table, window: Window | None) -> Select:
    """The events that the component counts, with what is shared out of each, exact, and the intervals it falls into."""
    rule = component.credit
    tests = [ir.either(*(events.col("kind").eq(ir.Text(word)) for word in rule.events))]
    if rule.business:
        tests.append(ir.either(*(events.col("business").eq(ir.Text(word)) for word in rule.business)))
    if rule.valid_from:
        tests.append(events.col("event_on").ge(ir.Day(rule.valid_from.isoformat())))
    until = [day for day in (rule.valid_until, window.until if window else None) if day]
    if until:
        tests.append(events.col("event_on").lt(ir.Day(min(until).isoformat())))
    rows: Relation = events
    if rule.when or rule.value:
        rows = stages.store("valued", valued_events(plan, rule, Select(events, keep(events), where=ir.both(*tests))))
        tests = []
    value = stages.bounded(rows, VALUE) if rule.value else rows.col("amount")
    month = ir.MonthNumber(rows.col("event_on")) - ir.Number(plan.fiscal_start_month - 1)
    own = subject_column(rule.role)
    subject = ir.Coalesce((rows.col(own), rows.col("subject_id"))) if own in rows.fields else rows.col("subject_id")
    columns = {
        **keep(rows, "event_id", "event_on", "row_no"),
        "subject_id": subject,
        "credit_on": ir.Coalesce((rows.col("credit_on"), rows.col("event_on"))),
        "interval_no": _interval(month, component.measure.interval),
        "pay_no": _interval(month, component.pay.interval),
        "counted": value * number(rule.share),
    }
    return Select(rows, columns, where=ir.both(*tests) if tests else None)


def _interval(month: ir.Expr, interval: Interval) -> ir.Expr:
    months = MONTHS_IN[interval]
    return month if months == 1 else ir.Divide("//", month, ir.Number(months))


def _shares(rule: CreditRule, assignments: Table) -> Select:
    mine = Select(
        assignments,
        keep(assignments, "subject_id", "seq", "payee_id", "share", "valid_from", "valid_until"),
        where=assignments.col("role").eq(ir.Text(rule.role)),
    )
    rows = ir.Window("SUM", ir.Number(1), (mine.col("subject_id"),))
    return Select(mine, {**keep(mine), "rows_of_subject": rows})


def _parts(events: Relation, shares: Relation) -> Select:
    e, s = Aliased(events, "e"), Aliased(shares, "s")
    on = ir.both(
        e.col("subject_id").eq(s.col("subject_id")),
        ir.either(ir.IsNull(s.col("valid_from")), s.col("valid_from").le(e.col("credit_on"))),
        ir.either(ir.IsNull(s.col("valid_until")), s.col("valid_until").gt(e.col("credit_on"))),
    )
    columns = {
        **keep(e, *_EVENT_KEYS, "counted"),
        **keep(s, "payee_id", "seq", "share", "rows_of_subject"),
        "exact": e.col("counted") * s.col("share"),
    }
    return Select(Join(e, s, on, "LEFT"), columns)


def _single_credits(plan: Plan, parts: Relation) -> Select:
    """Subjects with one share row: a plain product, rounded once. Events without a payee keep all as their rest."""
    alone = ir.either(parts.col("rows_of_subject").eq(ir.Number(1)), ir.IsNull(parts.col("seq")))
    rounded = _products(plan, parts, alone)
    return Select(rounded, {**keep(rounded, *_CREDIT), "rest": rounded.col("counted") - rounded.col("credit")})


def _own_credits(plan: Plan, parts: Relation) -> Select:
    """Every holder's share for himself. What nobody holds is the event's rest."""
    rounded = _products(plan, parts)
    rest = ir.case((ir.IsNull(rounded.col("seq")), rounded.col("counted")), otherwise=ir.Number(0, plan.digits))
    return Select(rounded, {**keep(rounded, *_CREDIT), "rest": rest})


def _products(plan: Plan, parts: Relation, where: ir.Expr | None = None) -> Select:
    """The event's amount times a share, rounded once; 0 for nobody."""
    nobody = ir.IsNull(parts.col("payee_id"))
    return Select(
        parts,
        {
            **keep(parts, *_EVENT_KEYS, "payee_id", "seq", "share"),
            "credit": ir.case((nobody, ir.Number(0, plan.digits)), otherwise=ir.Round(parts.col("exact"), plan.digits)),
            "counted": ir.Round(parts.col("counted"), plan.digits),
        },
        where=where,
    )


def _shared_credits(plan: Plan, parts: Table) -> Select:
    """Subjects with several share rows: the rounded sum is cut by shares, the cents left go by largest remainder."""
    d = plan.digits
    names = (*_EVENT_KEYS, "payee_id", "seq", "share", "total_share", "counted", "target")
    targets = _shared_targets(plan, parts)
    weighed = Select(
        targets, {**keep(targets, *names), "weight": ir.absolute(targets.col("target")) * targets.col("share")}
    )
    cut = Select(
        weighed,
        {
            **keep(weighed, *names),
            "cut": ir.Divide("//", weighed.col("weight"), weighed.col("total_share")),
            "remainder": ir.Divide("%", weighed.col("weight"), weighed.col("total_share")),
        },
    )
    event, order = (cut.col("event_id"),), ((cut.col("remainder"), True), (cut.col("seq"), False))
    ranked = Select(
        cut,
        {
            **keep(cut),
            "given": ir.Window("SUM", cut.col("cut"), event, bound=cut.fields["target"].bound),
            "rank": ir.AtScale(ir.Window("ROW_NUMBER", None, event, order), d),
        },
    )
    one, zero = ir.Number(1, d), ir.Number(0, d)
    left = ir.absolute(ranked.col("target")) - ranked.col("given")
    size = ranked.col("cut") + ir.case((ranked.col("rank").le(left), one), otherwise=zero)
    rest = ranked.col("counted") - ranked.col("target")
    credit = ir.case((ranked.col("target").lt(zero), zero - size), otherwise=size)
    elsewhere = ir.case((ir.IsNull(ranked.col("payee_id")), credit), otherwise=zero)
    columns = {
        **keep(ranked, *names[:-2]),
        "credit": credit,
        "rest": ir.case((ranked.col("rank").eq(one), rest), otherwise=zero) + elsewhere,
    }
    return Select(ranked, columns)


def _shared_targets(plan: Plan, parts: Table) -> Select:
    """What all the shares of an event get together: one product, rounded once."""
    names = (*_EVENT_KEYS, "payee_id", "seq", "share")
    several = ir.both(parts.col("rows_of_subject").gt(ir.Number(1)), ir.IsNull(parts.col("seq"), negated=True))
    together = ir.Window("SUM", parts.col("share"), (parts.col("event_id"),), bound=parts.fields["share"].bound * 1000)
    summed = Select(parts, {**keep(parts, *names, "counted"), "total_share": together}, where=several)
    exact = Select(
        summed,
        {
            **keep(summed, *names, "total_share"),
            "counted": ir.Round(summed.col("counted"), plan.digits),
            "exact": summed.col("counted") * summed.col("total_share"),
        },
    )
    columns = {**keep(exact, *names, "total_share", "counted"), "target": ir.Round(exact.col("exact"), plan.digits)}
    return Select(exact, columns)


def _check_single(session: Session, component: Component, rows: Relation, largest: int) -> None:
    if largest > 10**SHARE_DIGITS:
        _refuse_over(session, component, rows, "share")


def _check_shared(session: Session, component: Component, shared: Table, *, twice: bool) -> None:
    _refuse_over(session, component, shared, "total_share")
    if not twice:
        return
    pairs = Select(
        shared,
        {**keep(shared, "event_id", "seq"), "n": ir.Aggregate("COUNT", ir.Number(1))},
        group_by=("event_id", "seq"),
    )
    found = Select(pairs, {"event": ir.Aggregate("MIN", pairs.col("event_id"))}, where=pairs.col("n").gt(ir.Number(1)))
    event = session.fetch(found).to_pylist()[0]["event"]
    if event is not None:
        role = component.credit.role
        raise InputError(f"{component.code}: event {event} has two shares of role {role} with the same seq")


def _refuse_over(session: Session, component: Component, rows: Relation, name: str) -> None:
    """Raises: InputError if a share, or several together, is more than the whole and the plan does not allow it."""
    rule, whole = component.credit, ir.Number(10**SHARE_DIGITS, SHARE_DIGITS)
    if rule.over_assignment:
        return
    over = Select(
        rows,
        {"n": ir.Aggregate("COUNT", ir.Number(1)), "event": ir.Aggregate("MIN", rows.col("event_id"))},
        where=rows.col(name).gt(whole),
    )
    row = session.fetch(over).to_pylist()[0]
    if row["n"]:
        raise InputError(
            f"{component.code}: the shares of role {rule.role} are more than 1 together on {row['n']} rows, "
            f"the first of event {row['event']}; mend the shares or allow over_assignment in the plan"
        )
