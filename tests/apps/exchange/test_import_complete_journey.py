"""The bulk case: 1.47 million order lines of a real year."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from makers import moment
from tiji.apps.commerce.models import Order, OrderLine
from tiji.apps.exchange.services.imports.sets import load_set
from tiji.apps.organization.services.founding import found_company


@pytest.mark.django_db
@pytest.mark.real_data
@pytest.mark.slow
def test_a_year_of_baskets_comes_in_to_the_cent(real_data):
    folder = real_data / "complete_journey"
    if not folder.is_dir():
        pytest.skip("complete_journey is not among the real data")
    administrator = found_company(
        name="Grocer", currency="USD", administrator_email="a@example.com", country="US"
    ).administrator
    done = load_set(actor=administrator, name="complete_journey", path=folder, at=moment("2026-11-18"))
    assert {kind: one["created"] for kind, one in done.counts.items() if kind in ("accounts", "orders")} == {
        "accounts": 2469,
        "orders": 155_848,
    }
    assert OrderLine.objects.count() == 1_469_307
    assert Order.objects.aggregate(total=Sum("amount"))["total"] == Decimal("4596039.58")
