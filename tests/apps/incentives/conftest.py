"""Months of pay that several tests look at."""

import pytest

from makers import day, make_product
from makers_incentives import customer_of, make_plan, make_quota, pay_by, receive, run_month
from tiji.apps.catalog.models import ProductLine
from tiji.apps.catalog.services.lines import assign_product_line
from tiji.apps.incentives.models import Statement


@pytest.fixture
def paid(olaf, rita, ray, fiona):
    """Rita and Ray are paid for January and February of 2026; returns rita's February."""
    version = make_plan(olaf)
    for user, amounts in ((rita, ("500000.00", "400000.00")), (ray, ("100000.00", "0.01"))):
        pay_by(olaf, version, user.person)
        make_quota(olaf, user.person, "2026-Q1", "1000000")
        account = customer_of(user.person, f"客户 {user.person.name}")
        for amount, on in zip(amounts, ("2026-01-20", "2026-02-20"), strict=True):
            receive(fiona, account, amount, on)
    run_month(olaf, "2026-M01")
    return Statement.objects.get(run=run_month(olaf, "2026-M02"), person=rita.person)


@pytest.fixture
def lines(olaf, petra):
    """Two product lines with a product each; Petra keeps the first."""
    first = make_product("EC-1", ProductLine.objects.create(code="EC", name="边缘"))
    second = make_product("EM-1", ProductLine.objects.create(code="EM", name="能源"))
    assign_product_line(actor=olaf, person=petra.person, line=first.line, valid_from=day("2020-01-01"))
    return first, second


@pytest.fixture
def paid_quarter(paid, olaf):
    """The whole first quarter of 2026 is paid; returns its last month's run."""
    return run_month(olaf, "2026-M03")
