"""Pay of the demo company: the default plan for all reps, quotas from the cash targets, and every month run.

One month is run again because of a receipt that came to light late.
"""

from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files

from tiji.apps.commerce.models import Invoice, Measure
from tiji.apps.commerce.services.receipts import record_receipt
from tiji.apps.exchange.demo.world import World
from tiji.apps.exchange.services.demo.organization import Staff
from tiji.apps.incentives.models import Run, Statement
from tiji.apps.incentives.services.closing import approve_run, post_run, submit_run
from tiji.apps.incentives.services.plans import assign_plan, create_pay_plan
from tiji.apps.incentives.services.quotas import set_quotas_from_targets
from tiji.apps.incentives.services.runs import run_pay
from tiji.apps.organization.models import Role, User
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.kernel.money import Money
from tiji.kernel.periods import Period, PeriodKind

PLAN = "cash-commission"


def store_pay(world: World, staff: Staff) -> list[Run]:
    """Plan, quotas and the runs of every month since the start of the last fiscal year; returns the runs."""
    calendar = fiscal_calendar()
    this_year = calendar.year_of(world.today)
    start = calendar.year(this_year - 1).start
    _plan(staff, start)
    for year in (this_year - 1, this_year):
        set_quotas_from_targets(
            actor=staff.administrator, fiscal_year=year, measure=Measure.CASH, on=start, at=_moment(start)
        )
    operations, finance = _holder(Role.SALES_OPERATIONS), _holder(Role.FINANCE)
    months = [month for year in (this_year - 1, this_year) for month in calendar.months(year)]
    late = calendar.period_of(world.today, PeriodKind.QUARTER).start - timedelta(days=1)
    runs = []
    for month in (month for month in months if month.start <= world.today):
        runs.append(_month(month, world.today, operations, finance))
        if month.contains(late) and _late_receipt(runs[-1], finance, late):
            runs.append(_month(month, world.today, operations, finance, later=9))
    return runs


def _plan(staff: Staff, start: date) -> None:
    text = files("tiji.apps.incentives").joinpath("data/cash_commission.yaml").read_text(encoding="utf-8")
    version = create_pay_plan(
        actor=staff.administrator,
        code=PLAN,
        name="回款提成",
        name_en="Commission on cash",
        document=text,
        valid_from=start,
        at=_moment(start),
    )
    assign_plan(actor=staff.administrator, plan=version.plan, role=Role.REP, valid_from=start)


def _month(month: Period, today: date, operations: User, finance: User, later: int = 0) -> Run:
    """Run on the third day after, approved on the fifth, posted on the tenth, as far as today has come."""
    days = [month.end + timedelta(days=number + later) for number in (2, 4, 9)]
    run = run_pay(actor=operations, period=month.key, on=min(days[0], today)).run
    if days[1] <= today:
        run = submit_run(actor=operations, run=run, at=_moment(days[0]))
        run = approve_run(actor=finance, run=run, at=_moment(days[1]))
    if days[2] <= today and month.end + timedelta(days=40) <= today:
        run = post_run(actor=finance, run=run, at=_moment(days[2]))
    return run


def _late_receipt(run: Run, finance: User, on: date) -> bool:
    """The bank found money of the month's last days; it pays an invoice that was open then."""
    paid = Statement.objects.filter(run=run, amount__gt=0).order_by("-amount", "pk")
    people = list(paid.values_list("person_id", flat=True)[:20])
    open_then = Invoice.objects.open().filter(issued_on__lte=on, owner_id__in=people).select_related("account__owner")
    invoice = open_then.filter(account__owner__isnull=False).order_by("-balance", "pk").first()
    if invoice is None:
        return False
    record_receipt(
        actor=finance,
        account=invoice.account,
        amount=Money(invoice.balance, invoice.currency),
        received_on=on,
        chosen={invoice.pk: invoice.balance},
        bank_reference="补录：月末到账，回单迟到",
    )
    return True


def _holder(role: str) -> User:
    found: User = User.objects.filter(person__assignments__position__role=role, is_active=True).order_by("pk")[0]
    return found


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(2), UTC)
