"""What would it pay? An estimate in the closure, reading where somebody stands, and the request, with many before.

python benchmarks/pay_estimate.py [documents before]
TIJI_BENCH_DATABASE_URL=postgresql://… python benchmarks/pay_estimate.py
"""

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent / "src")]
TIMES = 300
# A rate table of the quarter's attainment, a capped monthly one, and a formula that pays less for late money.
PLAN = """
fields: {days_past_due: count}
tables:
  overdue: {kind: steps, rows: [{from: "0", to: "30", value: "1"}, {from: "30", value: "0.9"}]}
components:
  - code: cash
    credit: {event: receipt}
    measure: {interval: quarter}
    quota: {code: cash}
    rate:
      mode: marginal
      unit: attainment
      steps: [{from: "0", to: "0.6", rate: "0.01"}, {from: "0.6", to: "1", rate: "0.02"}, {from: "1", rate: "0.035"}]
  - code: month
    credit: {event: receipt}
    measure: {interval: month}
    rate: {mode: retroactive, steps: [{from: "0", to: "300000", rate: "0.005"}, {from: "300000", rate: "0.008"}]}
    cap: {amount: "5000"}
  - code: in-time
    credit: {event: receipt}
    measure: {interval: month}
    rate: {mode: flat, steps: [{from: "0", rate: "0.01"}]}
    factor: at(overdue, days_past_due)
"""


def main() -> None:
    from _setup import installation

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with installation():
        _run(count, _company(count))


def _company(count: int) -> Any:
    """A company, one person with a plan and a quota, and many receipts of his in this quarter; answers his user."""
    from django.core.management import call_command
    from django.utils import timezone

    from tiji.apps.incentives.services.plans import assign_plan, create_pay_plan
    from tiji.apps.incentives.services.quotas import set_quota
    from tiji.apps.organization.selectors.company import fiscal_calendar
    from tiji.apps.organization.services.founding import found_company
    from tiji.shared.request_context import acting

    call_command("migrate", verbosity=0)
    now, today = timezone.now(), timezone.localdate()
    with acting(None, "command"):
        founded = found_company(name="Measured", currency="CNY", administrator_email="admin@example.com")
        actor = founded.administrator
        person = _person(actor)
        quarter = fiscal_calendar().period_of(today, "quarter")
        plan = create_pay_plan(actor=actor, code="p", name="P", document=PLAN, valid_from=quarter.start, at=now)
        assign_plan(actor=actor, plan=plan.plan, person=person, valid_from=quarter.start)
        quota = {"measure": "cash", "period": quarter.key, "amount": Decimal(10_000_000)}
        set_quota(actor=actor, person=person, on=today, at=now, **quota)
        _receipts(count, actor, person, quarter.start, (today - quarter.start).days + 1)
    return _user(actor, person)


def _receipts(count: int, actor: Any, person: Any, start: date, days: int) -> None:
    """So many applications of one receipt to one invoice, spread over the days."""
    from django.utils import timezone

    from tiji.apps.commerce.models import Invoice, Receipt, ReceiptApplication
    from tiji.apps.customers.services.accounts import NewAccount, insert_accounts

    now, total = timezone.now(), Decimal(count * 1000)
    (account,) = insert_accounts(rows=[NewAccount(name="Customer", owner_id=person.pk)], at=now, actor=actor)
    facts = {"owner": person, "currency": "CNY", "created_at": now}
    more = {**facts, "account": account, "amount": total}
    bill = Invoice.objects.create(number="I", issued_on=start, due_on=start, balance=0, **more)
    money = Receipt.objects.create(number="R", received_on=start, unapplied=0, **more)
    amounts = [Decimal("999.52") + Decimal(number % 97) / 100 for number in range(count)]
    rows = [
        ReceiptApplication(
            receipt=money, invoice=bill, amount=amount, applied_on=start + timedelta(days=at % days), **facts
        )
        for at, amount in enumerate(amounts)
    ]
    ReceiptApplication.objects.bulk_create(rows, batch_size=2000)


def _person(actor: Any) -> Any:
    from tiji.apps.organization.services.bulk import PersonRow, UnitRow, hire_people, place_units

    begin = date(2020, 1, 1)
    unit = place_units(actor=actor, rows=[UnitRow("u", "Unit", valid_from=begin)])["u"]
    return hire_people(actor=actor, rows=[PersonRow("p", "Rep", unit, assigned_on=begin)])["p"]


def _user(actor: Any, person: Any) -> Any:
    from tiji.apps.organization.models import User
    from tiji.apps.organization.services.users import UserRow, invite_users

    invite_users(actor=actor, rows=[UserRow("rep@example.com", "Rep", person)])
    return User.objects.get(email="rep@example.com")


def _run(count: int, user: Any) -> None:
    from django.conf import settings
    from django.test import override_settings

    by_api, by_page = _requests(user)
    measured: list[tuple[str, Callable[[], None], int]] = [
        ("closure", _closure(user), TIMES),
        ("standing read anew", _anew(user), 20),
        ("request, API", by_api, TIMES),
        ("request, panel with its curve", by_page, TIMES),
    ]
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain):  # nobody has collected the files that the pages link to
        found = {name: p95(what, times) for name, what, times in measured}
    print(f"{count:,} documents before, three components (table of attainment, capped table, formula), ms")
    for name, (median, most) in found.items():
        print(f"{name:32}{median:9.2f} median{most:9.2f} p95 of the processor")
    of_closure, of_request = found["closure"][1] / 5, found["request, API"][1] / 50
    print(f"closure at {of_closure:.2f} of its 5 ms, request at {of_request:.2f} of its 50 ms")


def _closure(user: Any) -> Callable[[], None]:
    """One estimate of three components, from a standing that is there."""
    from django.utils import timezone

    from tiji.apps.incentives.selectors.standings import places_of

    today = timezone.localdate()
    (place,) = places_of(user.person_id, [today], timezone.now())
    event = {"event_id": 2**62, "event_on": today, "credit_on": None, "kind": "receipt", "business": "new"}
    event |= {"subject_id": -1, "amount": 2_000_000_000, "currency": "CNY", "days_past_due": 40, "due_on": today}
    shares = place.shares(-1)

    def closure() -> None:
        place.estimator.estimate(place.person, place.standings, [event], shares, place.quotas)

    return closure


def _anew(user: Any) -> Callable[[], None]:
    """The first estimate of a process, which reads every document and makes the plan ready."""
    from django.utils import timezone

    from tiji.apps.incentives.selectors.estimates import Supposed, estimate_of
    from tiji.apps.incentives.selectors.standings import forget_standings
    from tiji.kernel.money import Money

    supposed = [Supposed(Money(Decimal(200_000), "CNY"), timezone.localdate())]

    def anew() -> None:
        forget_standings()
        estimate_of(user.person_id, supposed, timezone.now())

    return anew


def _requests(user: Any) -> tuple[Callable[[], None], Callable[[], None]]:
    """The whole request, through the middleware, of the API and of the panel."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    body = {"events": [{"amount": "200000", "on": timezone.localdate().isoformat(), "due_on": "2026-01-01"}]}

    def by_api() -> None:
        answer = client.post("/api/v1/pay-estimates", body, content_type="application/json")
        assert answer.status_code == 200, answer.content

    def by_page() -> None:
        address = reverse("pay_estimate", args=[user.person_id])
        assert client.get(address, {"amount": "200000"}, headers={"HX-Request": "true"}).status_code == 200

    return by_api, by_page


def p95(what: Callable[[], None], times: int) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds of processor time, after a call that warms up: what else runs on the
    machine does not count.
    """
    what()
    took = []
    for _number in range(times):
        begun = time.process_time()
        what()
        took.append((time.process_time() - begun) * 1000)
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.95)]


if __name__ == "__main__":
    main()
