"""Deals loaded in sets are the same deals the move service would have made."""

from datetime import date
from decimal import Decimal

import pytest

from makers import make_account, make_product, moment
from makers_pipeline import make_processes, stage
from tiji.apps.pipeline.models import Opportunity, StageEvent
from tiji.apps.pipeline.services.loading import insert_opportunities
from tiji.apps.pipeline.services.moves import lose_opportunity, move_opportunity
from tiji.apps.pipeline.services.opportunities import create_opportunity
from tiji.shared.errors import DomainError, NotAllowed
from tiji.shared.models import AuditEntry

COMPARED = (
    *("from_stage_id", "to_stage_id", "from_status", "to_status", "cause", "at", "on", "days_in_stage", "amount"),
    *("currency", "percent", "owner_id", "unit_id"),
)
STATE = (
    *("stage_id", "process_id", "status", "percent", "amount", "currency", "expected_on", "expected_first_on"),
    *("entered_stage_at", "stalls_on", "closed_on", "owner_id", "unit_id", "search_grams"),
)


@pytest.fixture
def stages(company):
    make_processes()
    return stage


def row(key, owner, **more):
    return {"key": key, "name": f"项目 {key}", "owner_id": owner.pk, **more}


def step(key, where, at, **more):
    return {"key": key, "stage_id": stage(where).pk, "at": moment(at), **more}


def test_a_loaded_history_equals_the_same_moves_one_by_one(rita, olaf, stages):
    acme = make_account("澄湖精密", rita.person)
    facts = {"amount": Decimal("98000.50"), "expected_on": date(2026, 12, 12)}
    typed = create_opportunity(actor=rita, name="项目 a", at=moment("2026-09-01"), account=acme, **facts)
    for code, at, why in (
        ("project", "2026-09-05", ""),
        ("needs", "2026-09-30", "直接锁定"),
        ("contact", "2026-10-10", "需求有变"),
    ):
        typed = move_opportunity(actor=rita, opportunity=typed, to_stage=stages(code), at=moment(at), reason=why)
    from makers_pipeline import reason

    lose_opportunity(actor=rita, opportunity=typed, at=moment("2026-11-02"), close_reason=reason("lost-timing"))
    loaded = insert_opportunities(
        actor=olaf,
        opportunities=[row("a", rita.person, account_id=acme.pk, **facts)],
        steps=[
            step("a", "contact", "2026-11-02", status="lost"),
            step("a", "project", "2026-09-05"),
            step("a", "lead", "2026-09-01"),
            step("a", "needs", "2026-09-30"),
            step("a", "contact", "2026-10-10"),
        ],
        source="test",
    )
    assert loaded.steps == 5
    one, other = (
        list(StageEvent.objects.filter(opportunity=pk).order_by("at", "pk").values_list(*COMPARED))
        for pk in (typed.pk, loaded.ids[0])
    )
    assert one == other
    deals = Opportunity.objects.in_bulk([typed.pk, loaded.ids[0]])
    state = [[getattr(deals[pk], name) for name in STATE[:-1]] for pk in (typed.pk, loaded.ids[0])]
    assert state[0] == state[1]
    assert (deals[loaded.ids[0]].external_source, deals[loaded.ids[0]].external_key) == ("test", "a")


def test_ids_come_in_the_order_given_and_numbers_by_year(rita, olaf, stages):
    loaded = insert_opportunities(
        actor=olaf,
        opportunities=[row("x", rita.person), row("y", rita.person)],
        steps=[step("y", "lead", "2025-03-01"), step("x", "lead", "2026-03-01")],
    )
    numbers = [Opportunity.objects.get(pk=pk).number for pk in loaded.ids]
    assert [number[:8] for number in numbers] == ["SJ-2026-", "SJ-2025-"]


def test_lines_are_loaded_with_their_amounts(rita, olaf, stages):
    product = make_product("EC-40")
    loaded = insert_opportunities(
        actor=olaf,
        opportunities=[row("x", rita.person)],
        steps=[step("x", "lead", "2026-03-01")],
        lines=[{"key": "x", "product_id": product.pk, "quantity": Decimal(32), "unit_price": Decimal("80000.125")}],
    )
    line = Opportunity.objects.get(pk=loaded.ids[0]).lines.get()
    assert (line.quantity, line.unit_price, line.amount) == (Decimal(32), Decimal("80000.125"), Decimal(2560004))


def test_every_wrong_row_is_named_and_nothing_is_written(rita, olaf, stages):
    with pytest.raises(DomainError) as caught:
        insert_opportunities(
            actor=olaf,
            opportunities=[
                row("a", rita.person),
                {"key": "b", "name": " ", "owner_id": rita.person.pk},
                row("c", rita.person, account_id=987654),
                row("c", rita.person),
            ],
            steps=[step("a", "lead", "2026-03-01"), step("b", "lead", "2026-03-01"), step("z", "lead", "2026-03-01")],
        )
    found = {(one.table, one.row, one.field) for one in caught.value.extra["problems"]}
    assert found == {
        ("opportunities", 1, "name"),
        ("opportunities", 2, "account_id"),
        ("opportunities", 2, "key"),
        ("opportunities", 3, "key"),
        ("steps", 2, "key"),
    }
    assert not Opportunity.objects.exists()


def test_an_open_deal_is_asked_for_what_its_stage_requires(rita, olaf, stages):
    rows = {
        "opportunities": [row("a", rita.person)],
        "steps": [step("a", "lead", "2026-03-01"), step("a", "solution", "2026-03-09")],
    }
    with pytest.raises(DomainError) as caught:
        insert_opportunities(actor=olaf, **rows)
    assert [one.field for one in caught.value.extra["problems"]] == ["account", "expected_on", "amount"]
    assert insert_opportunities(actor=olaf, strict=False, **rows).steps == 2


def test_a_unit_is_the_owners_on_that_day(company, olaf, stages):
    from makers import assign, make_person

    nina = make_person("Nina", company.suzhou, valid_until="2026-06-01")
    assign(nina, company.shenzhen, valid_from="2026-06-01")
    loaded = insert_opportunities(
        actor=olaf,
        opportunities=[row("a", nina)],
        steps=[step("a", "lead", "2026-05-31"), step("a", "project", "2026-06-01")],
        strict=False,
    )
    deal = Opportunity.objects.get(pk=loaded.ids[0])
    units = list(deal.stage_events.order_by("at").values_list("unit_id", flat=True))
    assert units == [company.suzhou.pk, company.shenzhen.pk]
    assert deal.unit_id == company.shenzhen.pk


def test_one_audit_entry_stands_for_the_set(rita, olaf, stages):
    insert_opportunities(
        actor=olaf, opportunities=[row("a", rita.person)], steps=[step("a", "lead", "2026-03-01")], batch="import-7"
    )
    entry = AuditEntry.objects.get(action="opportunity.load")
    assert (entry.batch, entry.after["rows"], entry.after["steps"]) == ("import-7", 1, 1)


def test_a_rep_does_not_load(rita, stages):
    with pytest.raises(NotAllowed):
        insert_opportunities(actor=rita, opportunities=[row("a", rita.person)], steps=[step("a", "lead", "2026-03-01")])
