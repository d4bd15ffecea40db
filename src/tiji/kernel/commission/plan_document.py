"""Plans from plain documents (JSON, YAML), checked with the path of whatever is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args

from tiji.kernel.commission import plan as model
from tiji.kernel.commission.kinds import Interval
from tiji.kernel.commission.plan import Cap, Component, CreditRule, Measure, Pay, Plan, QuotaSource, RateTable, Step
from tiji.kernel.commission.problems import PlanError
from tiji.kernel.commission.reading import Reader
from tiji.kernel.commission.scopes import Shell, event_scope, line_scope
from tiji.kernel.commission.sheet_document import check_sheet, read_sheet
from tiji.kernel.commission.table_document import read_fields, read_tables
from tiji.kernel.money import minor_units

RATE_DIGITS = 8
MOST_LEVELS = 20
BY_FORMULA = RateTable("formula", ())


def plan_from_dict(document: Mapping[str, Any]) -> Plan:
    """The plan that a document describes. Amounts and rates are text ("0.035") or whole numbers, never floats.

    Raises: PlanError with every problem found, each with its path in the document.
    Source: docs/kernel/commission-pipeline.md, "The plan document"
    """
    top = Reader(document, "", [])
    currency = top.text("currency")
    tables = read_tables(top)
    shell = Shell(_digits(top, currency), read_fields(top, {table.name for table in tables}), tables)
    plan = Plan(
        code=top.code("code"),
        version=top.whole("version", 1, 1_000_000, 1),
        currency=currency,
        fiscal_start_month=top.whole("fiscal_start_month", 1, 12, 1),
        title=top.text("title", ""),
        title_en=top.text("title_en", ""),
        fields=shell.fields,
        tables=shell.tables,
        components=tuple(_component(part, shell) for part in _components(top)),
        sheet=read_sheet(top),
    )
    codes = [component.code for component in plan.components]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            top.wrong(f"components[{index}].code", "twice", value=code)
    top.nothing_else()
    check_sheet(top, plan)
    if top.problems:
        raise PlanError(top.problems)
    return plan


def _components(top: Reader) -> list[Reader]:
    """A plan without components has cells."""
    return top.groups_or_none("components") if top.has("cells") else top.groups("components")


def _digits(top: Reader, currency: str) -> int:
    try:
        return minor_units(currency)
    except ValueError:
        if currency:
            top.wrong("currency", "currency", value=currency)
        return 2


def _component(reader: Reader, plan: Shell) -> Component:
    pay_reader, cap_reader = reader.group("pay", optional=True), reader.group("cap", optional=True)
    measure_reader, quota_reader = reader.group("measure"), reader.group("quota", optional=True)
    pay = _pay(pay_reader) if pay_reader else Pay()
    pays = reader.text("pays", "")
    component = Component(
        code=reader.code("code"),
        title=reader.text("title", ""),
        title_en=reader.text("title_en", ""),
        credit=_credit(reader.group("credit"), plan),
        measure=_measure(measure_reader),
        quota=_quota(quota_reader) if quota_reader else None,
        rate=BY_FORMULA if pays else _rate_table(reader.group("rate"), pay, plan.digits),
        pay=pay,
        cap=_cap(cap_reader, plan.digits) if cap_reader else None,
        rounding=reader.choice("rounding", get_args(model.Rounding), "payout"),
        pays=pays,
        factor=reader.text("factor", ""),
    )
    if pays and reader.has("rate"):
        reader.wrong("pays", "one_of_two", one="rate", other="pays")
    reader.raw("rate", None)
    _check_component(reader, component)
    scope = line_scope(plan, component)
    reader.formula("pays", component.pays, scope)
    reader.formula("factor", component.factor, scope)
    reader.nothing_else()
    return component


def _check_component(reader: Reader, component: Component) -> None:
    if component.rate.unit == "attainment" and component.quota is None:
        reader.wrong("quota", "quota")
    if component.rate.unit == "amount" and component.quota is not None and not component.pays:
        reader.wrong("rate.unit", "attainment")
    months = model.MONTHS_IN
    if months[component.pay.interval] > months[component.measure.interval]:
        reader.wrong("pay.interval", "interval")


def _credit(reader: Reader | None, plan: Shell) -> CreditRule:
    if reader is None:
        return CreditRule(events=("",))
    share = reader.decimal("share", RATE_DIGITS, Decimal(1))
    share = Decimal(1) if share is None else share
    if not 0 < share <= 1:
        reader.wrong("share", "share")
    rule = CreditRule(
        events=reader.code_or_codes("event"),
        share=share,
        role=reader.code("role", "owner"),
        business=reader.codes("business"),
        valid_from=reader.day("valid_from"),
        valid_until=reader.day("valid_until"),
        over_assignment=reader.flag("over_assignment", False),
        when=reader.text("when", ""),
        value=reader.text("value", ""),
        sharing=reader.choice("sharing", get_args(model.Sharing), "split"),
        levels=reader.whole("levels", 1, MOST_LEVELS) if reader.has("levels") else reader.raw("levels", None),
        hierarchy=reader.choice("hierarchy", get_args(model.Hierarchy), "event"),
    )
    if rule.valid_from and rule.valid_until and rule.valid_from >= rule.valid_until:
        reader.wrong("valid_until", "days")
    scope = event_scope(plan)
    reader.formula("when", rule.when, scope, "bool")
    reader.formula("value", rule.value, scope)
    reader.nothing_else()
    return rule


def _measure(reader: Reader | None) -> Measure:
    if reader is None:
        return Measure()
    measure = Measure(interval=reader.choice("interval", get_args(Interval)))
    reader.nothing_else()
    return measure


def _quota(reader: Reader) -> QuotaSource:
    quota = QuotaSource(code=reader.code("code"))
    reader.nothing_else()
    return quota


def _pay(reader: Reader) -> Pay:
    pay = Pay(
        basis=reader.choice("basis", get_args(model.Basis), "credit"),
        interval=reader.choice("interval", get_args(Interval), "month"),
    )
    reader.nothing_else()
    return pay


def _cap(reader: Reader, digits: int) -> Cap:
    cap = Cap(amount=reader.decimal("amount", digits) or Decimal(0))
    if cap.amount < 0:
        reader.wrong("amount", "negative")
    reader.nothing_else()
    return cap


def _rate_table(reader: Reader | None, pay: Pay, digits: int) -> RateTable:
    if reader is None:
        return RateTable("flat", ())
    unit = reader.choice("unit", get_args(model.Unit), "amount")
    limit_digits = digits if unit == "amount" else RATE_DIGITS
    table = RateTable(
        mode=reader.choice("mode", ("flat", "marginal", "retroactive")),
        unit=unit,
        tie=reader.choice("tie", get_args(model.Tie), "lower"),
        gap=reader.choice("gap", get_args(model.Gap), "refuse"),
        steps=tuple(_step(part, pay, limit_digits, digits) for part in reader.groups("steps")),
    )
    if not any(problem.path == reader.at("mode") for problem in reader.problems):  # else what it means is not known
        _check_steps(reader, table, pay)
    reader.nothing_else()
    return table


def _step(reader: Reader, pay: Pay, limit_digits: int, digits: int) -> Step:
    step = Step(
        from_=reader.decimal("from", limit_digits) or Decimal(0),
        to=reader.decimal("to", limit_digits, None),
        rate=reader.decimal("rate", RATE_DIGITS) if pay.basis == "credit" else None,
        amount=reader.decimal("amount", digits) if pay.basis == "fixed" else None,
    )
    if step.from_ < 0:
        reader.wrong("from", "negative")
    if step.to is not None and step.to <= step.from_:
        reader.wrong("to", "above_from")
    for name, value in (("rate", step.rate), ("amount", step.amount)):
        if value is not None and value < 0:
            reader.wrong(name, "negative")
    reader.nothing_else()
    return step


def _check_steps(reader: Reader, table: RateTable, pay: Pay) -> None:
    if not table.steps:
        return
    if table.mode == "flat" and (len(table.steps) > 1 or table.steps[0].from_ or table.steps[0].to is not None):
        reader.wrong("steps", "flat")
    if table.mode == "marginal" and pay.basis == "fixed":
        reader.wrong("mode", "fixed_marginal")
    end: Decimal | None = Decimal(0)
    for index, step in enumerate(table.steps):
        where = f"steps[{index}].from"
        if end is None or step.from_ < end:
            reader.wrong(where, "overlap", value=step.from_)
        elif step.from_ > end and table.gap == "refuse":
            reader.wrong(where, "gap", low=end, high=step.from_)
        end = step.to
    if end is not None and table.gap == "refuse":
        reader.wrong(f"steps[{len(table.steps) - 1}].to", "open_end", value=end)
