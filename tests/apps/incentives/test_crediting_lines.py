"""Product managers: credited with the part of a document that the products of their lines make."""

from decimal import Decimal

import pytest

from makers import day, make_person, moment
from makers_commerce import make_invoice, make_receipt, make_signed_contract
from makers_crediting import credited, document, ordered, plan_for
from makers_incentives import customer_of, run_month
from makers_pipeline import make_opportunity
from tiji.apps.catalog.services.lines import assign_product_line
from tiji.apps.commerce.services.orders import OrderedProduct, confirm_order, create_order
from tiji.apps.incentives.models import Statement
from tiji.apps.incentives.services.plans import add_plan_version
from tiji.apps.organization.models import AccessGrant, Role
from tiji.apps.pipeline.models import OpportunityLine
from tiji.shared.errors import DomainError

AT = moment("2026-11-18")
FEBRUARY, MARCH = "2026-M02", "2026-M03"


def test_a_product_manager_has_the_part_that_his_line_makes(lines, rita, petra, fiona, olaf):
    account = customer_of(rita.person)
    order = ordered(rita, account, (lines[0], "600.00"), (lines[1], "300.00"), (lines[0], "100.00"))
    make_invoice(fiona, account, "1000.00", issued_on="2026-02-02", due_on="2026-02-02", order=order)
    make_receipt(fiona, account, "100.01", "2026-02-10")
    plan_for(olaf, "own", "0.05", rita)
    plan_for(olaf, "overlay", "0.015", petra, role="product_manager")
    run = run_month(olaf, FEBRUARY)
    # 70% of 100.01 is 70.007; 1.5% of it is 1.05.
    assert credited(run) == {("own", "Rita"): Decimal("100.01"), ("overlay", "Petra"): Decimal("70.01")}
    assert Statement.objects.get(run=run, person=petra.person).amount == Decimal("1.05")
    # One event, whoever is credited with it besides.
    assert (run.events, run.uncredited) == (1, 0)


def test_an_event_that_only_an_overlay_is_credited_with_is_not_credited(lines, rita, petra, fiona, olaf):
    account = customer_of(rita.person)
    order = ordered(rita, account, (lines[0], "600.00"))
    make_invoice(fiona, account, "600.00", issued_on="2026-02-02", due_on="2026-02-02", order=order)
    make_receipt(fiona, account, "600.00", "2026-02-10")
    plan_for(olaf, "overlay", "0.015", petra, role="product_manager")
    run = run_month(olaf, FEBRUARY)
    assert (credited(run), run.uncredited) == ({("overlay", "Petra"): Decimal(600)}, 1)


def test_a_contract_is_of_the_lines_of_its_orders_else_of_its_deal(lines, rita, petra, fiona, olaf, won_deal):
    account = won_deal.account
    contract = make_signed_contract(rita, account, "1000.00", "2026-02-03", opportunity=won_deal)
    make_invoice(fiona, account, "1000.00", issued_on="2026-02-04", due_on="2026-02-04", contract=contract)
    make_receipt(fiona, account, "400.00", "2026-02-10")
    plan_for(olaf, "overlay", "0.01", petra, role="product_manager")
    # The deal: 250 of 1,000 are of Petra's line.
    assert credited(run_month(olaf, FEBRUARY)) == {("overlay", "Petra"): Decimal(100)}
    typed = [OrderedProduct(lines[0], Decimal(1), Decimal(500)), OrderedProduct(lines[1], Decimal(1), Decimal(500))]
    order = create_order(
        actor=rita, account=account, ordered_on=day("2026-02-05"), currency="CNY", lines=typed, contract=contract
    )
    confirm_order(actor=rita, order=order, confirmed_on=day("2026-02-05"))
    assert credited(run_month(olaf, FEBRUARY)) == {("overlay", "Petra"): Decimal(200)}


@pytest.fixture
def won_deal(lines, rita):
    """A deal of Rita's with 250 of the first line and 750 of the second."""
    deal = make_opportunity(rita, account=customer_of(rita.person, "海蓝"), amount="1000")
    for product, amount in zip(lines, ("250", "750"), strict=True):
        OpportunityLine.objects.create(
            opportunity=deal, product=product, quantity=1, unit_price=Decimal(amount), amount=Decimal(amount)
        )
    return deal


def test_a_line_that_changes_hands_is_credited_to_who_kept_it_on_the_day(lines, rita, petra, company, fiona, olaf):
    paul = make_person("Paul", company.root, Role.PRODUCT_MANAGER).user
    AccessGrant.objects.filter(person=petra.person).update(valid_until=day("2026-02-15"))
    assign_product_line(actor=olaf, person=paul.person, line=lines[0].line, valid_from=day("2026-02-15"))
    account = customer_of(rita.person)
    order = ordered(rita, account, (lines[0], "1000.00"))
    make_invoice(fiona, account, "1000.00", issued_on="2026-02-02", due_on="2026-02-02", order=order)
    plan_for(olaf, "overlay", "0.015", petra, paul, role="product_manager")
    make_receipt(fiona, account, "300.00", "2026-02-14")
    make_receipt(fiona, account, "500.00", "2026-02-15")
    assert credited(run_month(olaf, FEBRUARY)) == {
        ("overlay", "Petra"): Decimal(300),
        ("overlay", "Paul"): Decimal(500),
    }


def test_two_who_keep_one_line_need_a_plan_that_allows_for_it(lines, rita, petra, company, fiona, olaf):
    paul = make_person("Paul", company.root, Role.PRODUCT_MANAGER).user
    assign_product_line(actor=olaf, person=paul.person, line=lines[0].line, valid_from=day("2020-01-01"))
    account = customer_of(rita.person)
    order = ordered(rita, account, (lines[0], "1000.00"))
    make_invoice(fiona, account, "1000.00", issued_on="2026-02-02", due_on="2026-02-02", order=order)
    make_receipt(fiona, account, "300.00", "2026-02-14")
    version = plan_for(olaf, "overlay", "0.015", petra, paul, role="product_manager")
    with pytest.raises(DomainError, match="more than 1 together"):
        run_month(olaf, FEBRUARY)
    add_plan_version(
        actor=olaf,
        plan=version.plan,
        document=document("0.015", role="product_manager", over_assignment=True),
        valid_from=day("2026-02-01"),
        at=AT,
    )
    assert credited(run_month(olaf, FEBRUARY)) == {
        ("overlay", "Petra"): Decimal(300),
        ("overlay", "Paul"): Decimal(300),
    }
