"""A real export of a B2B pipeline in a blank company: totals, people, history, a second load, undo."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from makers import moment
from tiji.apps.customers.models import Account
from tiji.apps.customers.services.divisions import load_divisions
from tiji.apps.exchange.services.imports.sets import load_set
from tiji.apps.exchange.services.imports.undo import undo_import
from tiji.apps.organization.models import Assignment, Unit
from tiji.apps.organization.services.founding import found_company
from tiji.apps.pipeline.models import Opportunity, StageEvent
from tiji.apps.pipeline.selectors.filters import DealFilters, opportunities
from tiji.apps.pipeline.services.processes import found_processes
from tiji.shared.errors import DomainError

pytestmark = [pytest.mark.django_db, pytest.mark.real_data, pytest.mark.slow]
NOW = moment("2026-11-18")


@pytest.fixture
def administrator(db, real_data):
    if not (real_data / "maven_crm").is_dir():
        pytest.skip("maven_crm is not among the real data")
    founded = found_company(name="Maven", currency="USD", administrator_email="a@example.com", country="US")
    load_divisions()
    found_processes()
    return founded.administrator


def load(administrator, real_data):
    return load_set(actor=administrator, name="maven", path=real_data / "maven_crm", at=NOW)


def test_the_files_come_in_whole_and_come_to_the_same_totals(administrator, real_data):
    imported = load(administrator, real_data)
    created = {kind: counts["created"] for kind, counts in imported.counts.items()}
    assert created == {"people": 41, "products": 7, "accounts": 85, "opportunities": 8800}
    assert imported.refused == 0
    won = opportunities(viewer=administrator, on=date(2026, 11, 18), filters=DealFilters(status=["won"]))
    assert won.aggregate(total=Sum("amount"))["total"] == Decimal(10_005_534)
    assert dict(Opportunity.objects.values_list("status").annotate(n=Sum(1))) == {
        "won": 4238,
        "lost": 2473,
        "open": 2089,
    }
    assert Opportunity.objects.filter(account=None).count() == 1425
    assert Unit.objects.filter(kind="region").count() == 3
    assert Assignment.objects.filter(position__role="manager").count() == 6
    golf = Opportunity.objects.filter(lines__product__code="GTX Pro")
    assert golf.count() == 1480
    deal = Opportunity.objects.get(external_key="1C1I7A6R")
    assert (deal.owner.name, deal.account.name, deal.closed_on) == ("Moses Frase", "Cancity", date(2017, 3, 1))
    steps = (
        StageEvent.objects.filter(opportunity=deal).order_by("pk").values_list("to_stage__code", "on", "days_in_stage")
    )
    assert list(steps) == [("engaging", date(2016, 10, 20), 0), ("won", date(2017, 3, 1), 132)]
    assert Account.objects.filter(parent__isnull=False).count() == 15


def test_a_second_load_changes_nothing_and_undo_takes_all_deals_back(administrator, real_data):
    first = load(administrator, real_data)
    again = load(administrator, real_data)
    assert (again.created, again.updated, again.refused) == (0, 0, 0)
    assert again.unchanged == 41 + 7 + 85 + 8800
    undo_import(actor=administrator, imported=first, at=NOW)
    assert Opportunity.objects.filter(archived_at__isnull=True).count() == 0
    assert Account.objects.live().count() == 0
    third = load(administrator, real_data)
    assert {kind: counts["created"] for kind, counts in third.counts.items()}["opportunities"] == 8800


def test_dollars_do_not_go_into_a_company_that_counts_in_yuan(administrator, real_data):
    from tiji.apps.organization.models import Company

    Company.objects.update(currency="CNY")
    with pytest.raises(DomainError, match="USD"):
        load(administrator, real_data)
    assert Opportunity.objects.count() == 0
