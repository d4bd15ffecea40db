"""Credits → running totals → lines and their slices, telescoping: a line is the step of the rounded earning."""

from __future__ import annotations

from tiji.kernel.commission.formula_rows import FACTOR, PAYS, Kept, Stages, stepped_lines
from tiji.kernel.commission.numbers import number
from tiji.kernel.commission.plan import Component, Plan
from tiji.kernel.commission.schemas import SHARE_DIGITS
from tiji.kernel.commission.tiers import Tiers, rate_of
from tiji.kernel.engine import Session
from tiji.kernel.engine import expr as ir
from tiji.kernel.engine.relation import Aliased, Join, Relation, Select, Table, Union, keep

_KEYS = ("payee_id", "event_id", "seq", "event_on", "interval_no", "pay_no", "row_no")
# What a slice can be; the tables carry the number, `decoded` puts the word back.
SLICE_KINDS = ("tier", "rerate", "fixed", "cap", "formula")
_SLICE_KEYS = ("payee_id", "event_on", "event_id", "seq", "slice_no")
_SEQ_PACKED = 2**10
_EVENT_PACKED = 2**34


def running_totals(session: Session, credits: Relation, *more: str) -> Select:
    """Each credit with the payee's total before and after it, in the interval, in order of date, event and seq."""
    total, order = _bound_and_order(session, credits)
    partition = (credits.col("payee_id"), credits.col("interval_no"))
    after = ir.Window("SUM", credits.col("credit"), partition, order, bound=total)
    running = Select(credits, {**keep(credits, *_KEYS, "share", "credit", *more), "after": after})
    before = _bounded(running.col("after") - running.col("credit"), total)
    return Select(running, {**keep(running), "before": before})


def _bound_and_order(session: Session, credits: Relation) -> tuple[int, tuple[tuple[ir.Expr, bool], ...]]:
    """The largest sum of a payee's absolute credits in an interval, which no total of his can pass; and the order, in
    one packed key where the numbers fit (half the cost of three)."""
    by_payee = Select(
        credits,
        {
            **keep(credits, "payee_id", "interval_no"),
            "total": ir.Aggregate("SUM", ir.absolute(credits.col("credit")), bound=ir.INT64_MAX),
            "low": ir.Aggregate("MIN", ir.least(credits.col("event_id"), credits.col("seq"))),
            "event": ir.Aggregate("MAX", credits.col("event_id")),
            "seq": ir.Aggregate("MAX", credits.col("seq")),
        },
        group_by=("payee_id", "interval_no"),
    )
    largest = {name: ir.Aggregate("MAX", by_payee.col(name)) for name in ("total", "event", "seq")}
    stats = Select(by_payee, {**largest, "low": ir.Aggregate("MIN", by_payee.col("low"))})
    row = session.fetch(stats).to_pylist()[0]
    fits = row["low"] is not None and row["low"] >= 0 and row["event"] < _EVENT_PACKED and row["seq"] < _SEQ_PACKED
    keys = (_packed(credits),) if fits else tuple(credits.col(name) for name in ("event_on", "event_id", "seq"))
    return row["total"] or 0, tuple((key, False) for key in keys)


def _packed(credits: Relation) -> ir.Expr:
    """Day < 2^18 · event < 2^34 · seq < 2^10 stay below 2^62."""
    day = _bounded(ir.AtScale(ir.DayNumber(credits.col("event_on")), 0), 2**18)
    event, seq = _bounded(credits.col("event_id"), _EVENT_PACKED), _bounded(credits.col("seq"), _SEQ_PACKED)
    return day * ir.Number(_SEQ_PACKED * _EVENT_PACKED) + (event * ir.Number(_SEQ_PACKED) + seq)


def _bounded(of: ir.Expr, bound: int) -> ir.Expr:
    """The number with a bound that was checked on the data (the engine still raises if it does not hold)."""
    return ir.Bounded(of, bound)


def store_lines(
    session: Session,
    plan: Plan,
    component: Component,
    credits: Relation,
    quotas: Relation | None,
    events: Table,
) -> tuple[Table, Relation | None]:
    """The lines stage, and the rows for which there is no quota to pay by (None if the plan needs none).

    Shape: one line per credit: before, after, quota, `amount` in minor units, and the `rate` of a line at one rate.
    Source: docs/kernel/commission-pipeline.md, "Earnings"
    """
    unpaid: Relation | None = None
    if quotas is not None:
        with_quota = _with_quota(credits, quotas)
        quota, zero = with_quota.col("quota"), ir.Number(0, plan.digits)
        unpaid = Select(with_quota, keep(with_quota), where=ir.either(ir.IsNull(quota), quota.le(zero)))
        running: Relation = running_totals(session, Select(with_quota, keep(with_quota), where=quota.gt(zero)), "quota")
    else:
        running = running_totals(session, credits)
        running = Select(running, {**keep(running), "quota": ir.Null(ir.Field("int", plan.digits, 0))})
    if component.by_formula:
        return session.store("lines", _formula_lines(session, plan, component, running, events)), unpaid
    return session.store("lines", table_lines(plan, component, running)), unpaid


def _formula_lines(session: Session, plan: Plan, component: Component, running: Relation, events: Table) -> Select:
    """Lines whose steps a formula says: the exact steps are added up in order, so that rounding telescopes as well."""
    stepped = stepped_exactly(Kept(session), plan, component, running, events)
    exact_steps = session.store("exact_steps", stepped)
    order = tuple((exact_steps.col(name), False) for name in ("event_on", "event_id", "seq"))
    partition = (exact_steps.col("payee_id"), exact_steps.col("interval_no"))
    bound = _largest_sum(session, exact_steps)
    after = ir.Window("SUM", exact_steps.col("step"), partition, order, bound=bound)
    summed = Select(exact_steps, {**keep(exact_steps), "gross_after": after})
    before = _bounded(summed.col("gross_after") - summed.col("step"), bound)
    grossed = Select(summed, {**keep(running), "gross_before": before, "gross_after": summed.col("gross_after")})
    return formula_lines_of(plan, component, grossed)


def stepped_exactly(stages: Stages, plan: Plan, component: Component, running: Relation, events: Table) -> Select:
    """The lines with the exact `step` that formulas say, not rounded and not capped."""
    stepped = stages.store("stepped", stepped_lines(plan, component, stages.store("running", running), events))
    if not component.pays:
        exact = exact_earnings(Tiers(component, plan.digits), Select(stepped, keep(stepped)))
        moved = exact.col("gross_after") - exact.col("gross_before")
        stepped = stages.store("tiered", Select(exact, {**keep(stepped), PAYS: moved}))
    step = stages.bounded(stepped, PAYS)
    if component.factor:
        step = step * stages.bounded(stepped, FACTOR)
    return Select(stepped, {**keep(running), "step": step})


def formula_lines_of(plan: Plan, component: Component, grossed: Relation) -> Select:
    """Lines of what their steps have earned exactly before and after each (`gross_before`, `gross_after`)."""
    return _rounded_lines(plan, component, grossed, tuple(grossed.fields), None)


def _largest_sum(session: Session, steps: Table) -> int:
    """The largest sum of absolute steps of a payee in an interval. Raises: EngineError if it leaves 64 bits."""
    by_payee = Select(
        steps,
        {
            **keep(steps, "payee_id", "interval_no"),
            "total": ir.Aggregate("SUM", ir.absolute(steps.col("step")), bound=ir.WIDEST),
        },
        group_by=("payee_id", "interval_no"),
    )
    found = session.fetch(Select(by_payee, {"total": ir.Aggregate("MAX", by_payee.col("total"))}))
    return int(found.to_pylist()[0]["total"] or 0)


def _with_quota(credits: Relation, quotas: Relation) -> Select:
    c, q = Aliased(credits, "c"), Aliased(quotas, "q")
    on = ir.both(c.col("payee_id").eq(q.col("payee_id")), c.col("interval_no").eq(q.col("interval_no")))
    return Select(Join(c, q, on, "LEFT"), {**keep(c), "quota": q.col("amount")})


def table_lines(plan: Plan, component: Component, running: Relation) -> Select:
    """Lines of a rate table: what the total after earns less what the total before did."""
    tiers = Tiers(component, plan.digits)
    return _rounded_lines(plan, component, exact_earnings(tiers, running), tuple(running.fields), tiers)


def _rounded_lines(
    plan: Plan, component: Component, exact: Relation, kept: tuple[str, ...], tiers: Tiers | None
) -> Select:
    """Capped and rounded as the plan says. What the slices need besides is computed again for the few lines that have
    several."""
    digits = plan.digits
    before, after = exact.col("gross_before"), exact.col("gross_after")
    if component.cap is None:
        capped = Select(exact, {**keep(exact), "net_before": before, "net_after": after})
    else:
        cap = number(component.cap.amount, digits)
        capped = Select(exact, {**keep(exact), "net_before": ir.least(before, cap), "net_after": ir.least(after, cap)})
    if component.rounding == "payout":
        stepped = Select(capped, keep(capped))
        amount = to_digits(stepped.col("net_after"), digits) - to_digits(stepped.col("net_before"), digits)
    else:
        stepped = Select(capped, {**keep(capped), "step": capped.col("net_after") - capped.col("net_before")})
        amount = to_digits(stepped.col("step"), digits)
    rate = _one_rate(tiers, stepped) if tiers else ir.Null(ir.Field("int", SHARE_DIGITS, 0))
    return Select(stepped, {**keep(stepped, *kept), "amount": amount, "rate": rate})


def to_digits(of: ir.Column, digits: int) -> ir.Expr:
    """Rounded where there is anything to round."""
    return ir.Round(of, digits) if of.field.scale >= digits else ir.rescale(of, digits)


def _one_rate(tiers: Tiers, lines: Relation) -> ir.Expr:
    """The rate of a line that is one slice, from before to after; empty where it is none or several."""
    none = ir.Null(ir.Field("int", SHARE_DIGITS, 0))
    if tiers.fixed:
        return none
    before, after = lines.col("before"), lines.col("after")
    whole = [before.ne(after)]
    if tiers.component.cap is not None:
        whole += [lines.col(f"gross_{side}").eq(lines.col(f"net_{side}")) for side in ("before", "after")]
    if tiers.retroactive:
        same = (before * lines.col("value_after")).eq(lines.col("gross_before"))
        return ir.case((ir.both(*whole, same), ir.rescale(lines.col("value_after"), SHARE_DIGITS)), otherwise=none)
    quota = lines.col("quota") if tiers.component.quota else None
    inside = [(ir.both(*whole, *tiers.both_in(piece, before, after, quota)), rate_of(piece)) for piece in tiers.pieces]
    return ir.case(*inside, otherwise=none)


def exact_earnings(tiers: Tiers, running: Relation) -> Select:
    """What the table earns of the totals before and after each line, before the cap, not rounded."""
    quota = running.col("quota") if tiers.component.quota else None
    columns = keep(running)
    for side in ("before", "after"):
        columns[f"gross_{side}"] = tiers.earned(running.col(side), quota)
        if tiers.retroactive:
            columns[f"value_{side}"] = tiers.value_at(running.col(side), quota)
    scale = max(plain.field.scale for name, plain in columns.items() if name.startswith("gross"))
    wide = {name: ir.rescale(expr, scale) if name.startswith("gross") else expr for name, expr in columns.items()}
    return Select(running, wide)


def slices_of(plan: Plan, component: Component, given: Relation) -> Relation:
    """Where the money of the lines without a rate of their own comes from: slices of the running total at one rate,
    re-rated money, and the cap.

    Shape: slice_no, kind (tier, rerate, fixed, cap), from_total, to_total, rate, amount; the amounts of a line's slices
    add up to the line.
    """
    if component.by_formula:
        return _formula_slices(plan, component, given)
    tiers = Tiers(component, plan.digits)
    lines = exact_earnings(tiers, Select(given, keep(given), where=ir.IsNull(given.col("rate"))))
    if tiers.fixed:
        parts = [_fixed_slice(plan, component, lines)]
    elif tiers.retroactive:
        parts = _retroactive_slices(plan, component, lines)
    else:
        parts = [_tier_slice(plan, tiers, lines, index) for index in range(len(tiers.pieces))]
    if component.cap is not None:
        parts.append(_cap_slice(plan, component, lines, len(tiers.pieces) + 1))
    return parts[0] if len(parts) == 1 else Union(tuple(parts))


def _formula_slices(plan: Plan, component: Component, lines: Relation) -> Relation:
    """What the formula pays as one slice, and what a cap takes of it."""
    moved = Select(lines, keep(lines), where=lines.col("gross_before").ne(lines.col("gross_after")))
    parts = [
        _slice(
            plan,
            _stepped(plan, component, moved, "gross_before", "gross_after"),
            0,
            "formula",
            ("before", "after"),
            ir.Number(0, SHARE_DIGITS),
        )
    ]
    if component.cap is not None:
        parts.append(_cap_slice(plan, component, lines, 1))
    return parts[0] if len(parts) == 1 else Union(tuple(parts))


def _tier_slice(plan: Plan, tiers: Tiers, lines: Relation, index: int) -> Relation:
    piece = tiers.pieces[index]
    quota = lines.col("quota") if tiers.component.quota else None
    ends = Select(
        lines,
        {
            **keep(lines, *_SLICE_KEYS[:-1], "quota", "gross_before"),
            "low": tiers.clamp(piece, lines.col("before"), quota),
            "high": tiers.clamp(piece, lines.col("after"), quota),
        },
    )
    moved = Select(ends, keep(ends), where=ends.col("low").ne(ends.col("high")))
    quota = moved.col("quota") if tiers.component.quota else None
    paid = Select(
        moved,
        {
            **keep(moved),
            "paid_low": tiers.earned_in(piece, moved.col("low"), quota),
            "paid_high": tiers.earned_in(piece, moved.col("high"), quota),
        },
    )
    money = _stepped(plan, tiers.component, paid, "paid_low", "paid_high")
    return _slice(plan, money, index, "tier", ("low", "high"), rate_of(piece))


def _retroactive_slices(plan: Plan, component: Component, lines: Relation) -> list[Relation]:
    zero = ir.Number(0, plan.digits)
    base = {
        **keep(lines, *_SLICE_KEYS[:-1], "before", "after", "gross_before", "gross_after"),
        "nothing": zero,
        "rerated": ir.rescale(lines.col("before") * lines.col("value_after"), lines.fields["gross_before"].scale),
        "rate": ir.rescale(lines.col("value_after"), SHARE_DIGITS),
        "change": ir.rescale(lines.col("value_after") - lines.col("value_before"), SHARE_DIGITS),
    }
    whole = Select(lines, base)
    changed = ir.both(whole.col("change").ne(ir.Number(0)), whole.col("before").ne(ir.Number(0)))
    rerated = Select(whole, keep(whole), where=changed)
    moved = Select(whole, keep(whole), where=whole.col("before").ne(whole.col("after")))
    rerate_money = _stepped(plan, component, rerated, "gross_before", "rerated")
    own_money = _stepped(plan, component, moved, "rerated", "gross_after")
    return [
        _slice(plan, rerate_money, 0, "rerate", ("nothing", "before"), rerate_money.col("change")),
        _slice(plan, own_money, 1, "tier", ("before", "after"), own_money.col("rate")),
    ]


def _fixed_slice(plan: Plan, component: Component, lines: Relation) -> Relation:
    moved = Select(lines, keep(lines), where=lines.col("gross_before").ne(lines.col("gross_after")))
    money = _stepped(plan, component, moved, "gross_before", "gross_after")
    return _slice(plan, money, 0, "fixed", ("before", "after"), ir.Number(0, SHARE_DIGITS))


def _cap_slice(plan: Plan, component: Component, lines: Relation, slice_no: int) -> Relation:
    gross = _stepped(plan, component, lines, "gross_before", "gross_after")
    cut = Select(gross, {**keep(gross), "cut": gross.col("amount") - gross.col("money")})
    money = Select(
        cut,
        {**keep(cut, *_SLICE_KEYS[:-1], "before", "after"), "money": cut.col("cut")},
        where=cut.col("cut").ne(ir.Number(0)),
    )
    return _slice(plan, money, slice_no, "cap", ("before", "after"), ir.Number(0, SHARE_DIGITS))


def _stepped(plan: Plan, component: Component, lines: Relation, low: str, high: str) -> Select:
    """The rounded earning between two points of the way from before to after; steps that follow each other add up."""
    d = plan.digits
    if component.rounding == "payout":
        return Select(lines, {**keep(lines), "money": to_digits(lines.col(high), d) - to_digits(lines.col(low), d)})
    start = lines.col("gross_before")
    way = Select(lines, {**keep(lines), "way_low": lines.col(low) - start, "way_high": lines.col(high) - start})
    money = to_digits(way.col("way_high"), d) - to_digits(way.col("way_low"), d)
    return Select(way, {**keep(lines), "money": money})


def _slice(plan: Plan, money: Relation, slice_no: int, kind: str, ends: tuple[str, str], rate: ir.Expr) -> Relation:
    """One slice row. The ends are written in minor units: a limit that is a share of a quota may lie between two."""
    low, high = (ir.Round(money.col(end), plan.digits) for end in ends)
    return Select(
        money,
        {
            **keep(money, *_SLICE_KEYS[:-1]),
            "slice_no": ir.Number(slice_no),
            "kind": ir.Number(SLICE_KINDS.index(kind)),
            "from_total": low,
            "to_total": high,
            "rate": rate,
            "amount": money.col("money"),
        },
    )
