"""Pay of the demo company: three plans, quotas from the cash targets, and every month run.

Reps are paid on their cash, product managers on that of their lines, managers on their people's. The reps' plan pays
more for the last step from July on; a receipt that came to light late is a correction of the month after.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

from tiji.apps.commerce.models import Invoice, Measure
from tiji.apps.commerce.services.receipts import record_receipt
from tiji.apps.exchange.demo.world import World
from tiji.apps.exchange.services.demo.organization import Staff
from tiji.apps.exchange.services.demo.pay_stories import moment, tell_pay
from tiji.apps.incentives.models import Run, Statement
from tiji.apps.incentives.selectors.quotas import standing_quotas
from tiji.apps.incentives.services.closing import approve_run, post_run, submit_run
from tiji.apps.incentives.services.plans import add_plan_version, assign_plan, create_pay_plan
from tiji.apps.incentives.services.quotas import set_quota, set_quotas_from_targets
from tiji.apps.incentives.services.runs import run_pay
from tiji.apps.organization.models import Person, Role, User
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.apps.organization.selectors.superiors import superiors
from tiji.kernel.money import Money
from tiji.kernel.periods import Period

# Code, file, name, English name, and the role it pays.
PLANS = (
    ("cash-commission", "cash_commission", "回款提成", "Commission on cash", Role.REP),
    ("product-overlay", "product_overlay", "产品线提成", "Commission on product lines", Role.PRODUCT_MANAGER),
    ("manager-override", "manager_override", "上级提成", "Manager override", Role.MANAGER),
)
# From July on the last step pays more.
LAST_STEP, RAISED = 'rate: "0.035"', 'rate: "0.040"'


def store_pay(world: World, staff: Staff) -> list[Run]:
    """Plan, quotas and the runs of every month since the start of the last fiscal year; returns the runs."""
    calendar = fiscal_calendar()
    this_year = calendar.year_of(world.today)
    start = calendar.year(this_year - 1).start
    _plans(staff, start, calendar.year(this_year).start.replace(month=7))
    for year in (this_year - 1, this_year):
        set_quotas_from_targets(
            actor=staff.administrator, fiscal_year=year, measure=Measure.CASH, on=start, at=moment(start)
        )
        _team_quotas(staff, year)
    operations, finance = _holder(Role.SALES_OPERATIONS), _holder(Role.FINANCE)
    tell_pay(world, staff, finance)
    months = [month for year in (this_year - 1, this_year) for month in calendar.months(year)]
    posted = [month for month in months if _is_posted(month, world.today)]
    runs = []
    for month in (month for month in months if month.start <= world.today):
        runs.append(_month(month, world.today, operations, finance))
        if posted and month == posted[-1]:
            _late_receipt(runs[-1], finance, month.last_day)
    return runs


def _plans(staff: Staff, start: date, raised_on: date) -> None:
    admin = staff.administrator
    for code, file, name, name_en, role in PLANS:
        text = files("tiji.apps.incentives").joinpath(f"data/{file}.yaml").read_text(encoding="utf-8")
        facts = {"code": code, "name": name, "name_en": name_en, "document": text}
        version = create_pay_plan(actor=admin, valid_from=start, at=moment(start), **facts)
        assign_plan(actor=admin, plan=version.plan, role=role, valid_from=start)
        if LAST_STEP in text:
            better = text.replace(LAST_STEP, RAISED)
            reason = "下半年：超额部分提到 4%"
            add_plan_version(
                actor=admin,
                plan=version.plan,
                document=better,
                valid_from=raised_on,
                at=moment(raised_on),
                reason=reason,
            )


def _team_quotas(staff: Staff, year: int) -> None:
    """A manager's quota is what his people have together, as they stand on the quarter's first day."""
    managers = Person.objects.in_bulk()
    for quarter in fiscal_calendar().quarters(year):
        own = {row.person_id: row.amount for row in standing_quotas(measure=Measure.CASH, period=quarter.key)}
        teams: dict[int, Decimal] = defaultdict(Decimal)
        for one in superiors(own, quarter.start, quarter.start + timedelta(days=1)):
            teams[one.manager] += own[one.person]
        for manager, amount in sorted(teams.items()):
            set_quota(
                actor=staff.administrator,
                person=managers[manager],
                measure=Measure.CASH,
                period=quarter.key,
                amount=amount,
                on=quarter.start,
                at=moment(quarter.start),
                reason="团队成员任务之和",
            )


def _is_posted(month: Period, today: date) -> bool:
    return month.end + timedelta(days=40) <= today


def _month(month: Period, today: date, operations: User, finance: User) -> Run:
    """Run on the third day after, approved on the fifth, posted on the tenth, as far as today has come."""
    days = [month.end + timedelta(days=number) for number in (2, 4, 9)]
    run = run_pay(actor=operations, period=month.key, on=min(days[0], today)).run
    if days[1] <= today:
        run = submit_run(actor=operations, run=run, at=moment(days[0]))
        run = approve_run(actor=finance, run=run, at=moment(days[1]))
    if _is_posted(month, today):
        run = post_run(actor=finance, run=run, at=moment(days[2]))
    return run


def _late_receipt(run: Run, finance: User, on: date) -> None:
    """The bank found money of the month's last days; it pays an invoice that was open then."""
    paid = Statement.objects.filter(run=run, amount__gt=0).order_by("-amount", "pk")
    people = list(paid.values_list("person_id", flat=True)[:20])
    open_then = Invoice.objects.open().filter(issued_on__lte=on, owner_id__in=people).select_related("account__owner")
    invoice = open_then.filter(account__owner__isnull=False).order_by("-balance", "pk").first()
    if invoice is None:
        return
    record_receipt(
        actor=finance,
        account=invoice.account,
        amount=Money(invoice.balance, invoice.currency),
        received_on=on,
        chosen={invoice.pk: invoice.balance},
        bank_reference="补录：月末到账，回单迟到",
    )


def _holder(role: str) -> User:
    found: User = User.objects.filter(person__assignments__position__role=role, is_active=True).order_by("pk")[0]
    return found
