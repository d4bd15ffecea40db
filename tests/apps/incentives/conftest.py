"""Months of pay that several tests look at."""

import pytest

from makers_incentives import customer_of, make_plan, make_quota, pay_by, receive, run_month
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
