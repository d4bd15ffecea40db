"""Adjustments of pay: two people, months that are open, reversals, and who sees them."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from makers import moment
from makers_incentives import post_month, run_month
from tiji.apps.incentives.models import PayAdjustment, Run, Statement
from tiji.apps.incentives.selectors.adjustments import approved_adjustments, open_month
from tiji.apps.incentives.services.adjustments import (
    approve_adjustment,
    propose_adjustment,
    reject_adjustment,
    reverse_adjustment,
    withdraw_adjustment,
)
from tiji.apps.incentives.services.closing import approve_run, post_run, submit_run
from tiji.shared.errors import Conflict, DomainError, NotAllowed, PostedRowError
from tiji.shared.files import files_of
from tiji.shared.models import AuditEntry
from visibility.same_rows import assert_same_rows

AT = moment("2026-03-02")
FACTS = {"period": "2026-M02", "amount": Decimal("500.00"), "currency": "CNY", "reason": "correction", "at": AT}


def client_of(user, language="en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    client.cookies["tiji_language"] = language
    return client


@pytest.fixture
def proposed(paid, olaf, rita):
    return propose_adjustment(actor=olaf, person=rita.person, note="二月的现场支持", **FACTS)


def test_finance_approves_what_operations_propose_and_the_month_gets_it(proposed, fiona, rita):
    assert approved_adjustments("2026-M02") == []
    approve_adjustment(actor=fiona, adjustment=proposed, at=AT)
    row = PayAdjustment.objects.get()
    assert (row.state, row.decided_by, row.decided_at) == ("approved", fiona, AT)
    # 500.00 is kept as a count of 1/10,000.
    assert approved_adjustments("2026-M02") == [(rita.person_id, "CNY", 5_000_000, row.pk, "correction")]
    assert approved_adjustments("2026-M01") == []


def test_nobody_approves_his_own_proposal_nor_his_own_pay(paid, fiona, rita, olaf, proposed):
    own = propose_adjustment(actor=fiona, person=rita.person, note="自己提的", **FACTS)
    hers = propose_adjustment(actor=olaf, person=fiona.person, note="给财务的", **FACTS)
    for row in (own, hers):
        with pytest.raises(NotAllowed):
            approve_adjustment(actor=fiona, adjustment=row, at=AT)
    with pytest.raises(NotAllowed):
        approve_adjustment(actor=olaf, adjustment=own, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayAdjustment.objects.filter(pk=own.pk).update(state="approved", decided_by=fiona, decided_at=AT)


def test_only_operations_and_finance_propose(paid, rita, max_, dora, hanna, adam):
    for user in (rita, max_, dora, hanna, adam):
        with pytest.raises(NotAllowed):
            propose_adjustment(actor=user, person=rita.person, note="x", **FACTS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", Decimal(0)),
        ("amount", Decimal("0.001")),
        ("amount", Decimal("NaN")),
        ("currency", "cny"),
        ("reason", "because"),
        ("note", "  "),
        ("note", "x" * 2001),
        ("period", "2026-Q1"),
        ("period", "February"),
        ("component", "x" * 61),
    ],
)
def test_wrong_input_is_told_at_its_field(paid, olaf, rita, field, value):
    with pytest.raises(DomainError) as told:
        propose_adjustment(actor=olaf, person=rita.person, **{**FACTS, "note": "x", field: value})
    assert told.value.field == field
    assert not PayAdjustment.objects.exists()


def test_an_approved_adjustment_is_paid_by_the_run_and_no_month_leaves_it_out(paid, proposed, olaf, fiona):
    post_month(olaf, fiona, Run.objects.get(pay_period__key="2026-M01"))
    approve_adjustment(actor=fiona, adjustment=proposed, at=AT)
    with pytest.raises(Conflict) as told:
        submit_run(actor=olaf, run=paid.run, at=AT)
    assert told.value.code == "adjusted"
    row = Statement.objects.get(run=run_month(olaf, "2026-M02"), person=paid.person)
    assert (row.amount, row.adjustments) == (paid.amount, Decimal(500))
    assert row.due == row.paid == paid.amount + 500
    assert post_month(olaf, fiona, row.run).state == "posted"


def test_a_month_that_is_agreed_refuses_and_names_the_open_one(paid, proposed, olaf, fiona, rita):
    post_month(olaf, fiona, Run.objects.get(pay_period__key="2026-M01"))
    submit_run(actor=olaf, run=paid.run, at=AT)
    with pytest.raises(DomainError) as told:
        approve_adjustment(actor=fiona, adjustment=proposed, at=AT)
    assert told.value.field == "period"
    approve_run(actor=fiona, run=paid.run, at=AT)
    post_run(actor=fiona, run=paid.run, at=AT)
    with pytest.raises(DomainError) as told:
        propose_adjustment(actor=olaf, person=rita.person, note="x", **FACTS)
    assert (told.value.field, told.value.extra["open"]) == ("period", "2026-M03")
    assert "2026-M03" in str(told.value)
    assert [open_month(key) for key in ("2026-M01", "2026-M02")] == ["2026-M03", "2026-M03"]
    propose_adjustment(actor=olaf, person=rita.person, note="x", **{**FACTS, "period": "2026-M03"})


def test_what_is_decided_stays_and_is_only_reversed(proposed, paid, olaf, fiona, rita):
    approve_adjustment(actor=fiona, adjustment=proposed, at=AT)
    for act in (approve_adjustment, reject_adjustment):
        with pytest.raises(Conflict):
            act(actor=fiona, adjustment=proposed, at=AT, answer="x")
    with pytest.raises(Conflict):
        withdraw_adjustment(actor=olaf, adjustment=proposed, at=AT)
    for change in ({"amount": "1"}, {"state": "proposed"}, {"note": "改了"}):
        with pytest.raises(PostedRowError), transaction.atomic():
            PayAdjustment.objects.filter(pk=proposed.pk).update(**change)
    with pytest.raises(PostedRowError), transaction.atomic():
        PayAdjustment.objects.filter(pk=proposed.pk)._raw_delete("default")
    back = reverse_adjustment(actor=olaf, adjustment=proposed, period="2026-M03", note="付了两次", at=AT)
    assert (back.amount, back.reverses, back.state, back.period) == (
        Decimal("-500.00"),
        proposed,
        "proposed",
        "2026-M03",
    )
    with pytest.raises(Conflict):
        reverse_adjustment(actor=olaf, adjustment=proposed, period="2026-M03", note="再一次", at=AT)
    approve_adjustment(actor=fiona, adjustment=back, at=AT)
    rows = approved_adjustments("2026-M02") + approved_adjustments("2026-M03")
    assert [row.amount for row in rows] == [5_000_000, -5_000_000]
    with pytest.raises(DomainError):
        reverse_adjustment(actor=olaf, adjustment=back, period="2026-M03", note="x", at=AT)


def test_a_rejected_reversal_may_be_asked_for_again(proposed, olaf, fiona):
    approve_adjustment(actor=fiona, adjustment=proposed, at=AT)
    facts = {"actor": olaf, "adjustment": proposed, "period": "2026-M02", "note": "x", "at": AT}
    reject_adjustment(actor=fiona, adjustment=reverse_adjustment(**facts), at=AT, answer="不同意")
    assert reverse_adjustment(**facts).state == "proposed"


def test_a_rejection_says_why_and_a_proposal_is_withdrawn_by_its_proposer_alone(proposed, olaf, fiona, rita):
    with pytest.raises(DomainError) as told:
        reject_adjustment(actor=fiona, adjustment=proposed, at=AT, answer=" ")
    assert told.value.field == "answer"
    with pytest.raises(NotAllowed):
        withdraw_adjustment(actor=fiona, adjustment=proposed, at=AT)
    withdraw_adjustment(actor=olaf, adjustment=proposed, at=AT)
    assert PayAdjustment.objects.get().state == "withdrawn"
    assert approved_adjustments("2026-M02") == []


def test_the_same_rows_behind_every_door_and_proposals_only_for_those_who_look_after_pay(
    proposed, paid, olaf, fiona, dora, axel, rita, ray, max_, zoe, hanna, adam
):
    other = propose_adjustment(actor=olaf, person=rita.person, note="y", **FACTS)
    approve_adjustment(actor=fiona, adjustment=other, at=AT)
    doors = {"list_name": "pay_adjustments", "api_path": "/pay-adjustments"}
    for user in (olaf, fiona, dora, axel):
        assert_same_rows(user, PayAdjustment, expected={proposed.pk, other.pk}, **doors)
    for user in (rita, max_):
        assert_same_rows(user, PayAdjustment, expected={other.pk}, **doors)
    for user in (ray, zoe, hanna, adam):
        assert_same_rows(user, PayAdjustment, expected=set(), **doors)


def test_the_log_says_who_did_it_and_neither_amount_nor_note(proposed, fiona, olaf):
    approve_adjustment(actor=fiona, adjustment=proposed, at=AT)
    entries = list(AuditEntry.objects.filter(object_type="incentives.payadjustment").order_by("pk"))
    assert [(one.action, one.actor) for one in entries] == [
        ("pay_adjustment.created", olaf),
        ("pay_adjustment.approved", fiona),
    ]
    assert all("500" not in str(one.after) and "现场" not in str(one.after) for one in entries)


def test_an_attachment_is_open_to_those_who_see_the_adjustment(paid, olaf, fiona, rita, zoe):
    upload = SimpleUploadedFile("support.txt", "二月现场支持单".encode())
    row = propose_adjustment(actor=olaf, person=rita.person, note="x", files=[upload], **FACTS)
    address = reverse("file_download", args=[files_of(row).get().uuid])
    assert client_of(rita).get(address).status_code == 404
    approve_adjustment(actor=fiona, adjustment=row, at=AT)
    assert [client_of(user).get(address).status_code for user in (rita, fiona, zoe)] == [200, 200, 404]


def test_what_is_attached_wrongly_leaves_nothing_behind(paid, olaf, rita):
    with pytest.raises(DomainError) as told:
        propose_adjustment(
            actor=olaf, person=rita.person, note="x", files=[SimpleUploadedFile("a.html", b"<html>")], **FACTS
        )
    assert told.value.field == "files"
    assert not PayAdjustment.objects.exists()


def test_the_statement_shows_what_was_adjusted_with_its_reason(proposed, paid, rita, fiona):
    address = reverse("statement", args=[paid.pk])
    assert "二月的现场支持" not in client_of(rita).get(address).content.decode()
    approve_adjustment(actor=fiona, adjustment=proposed, at=AT)
    text = client_of(rita).get(address).content.decode()
    assert "二月的现场支持" in text
    assert "500.00" in text


def test_the_api_proposes_decides_and_reverses(paid, olaf, fiona, rita):
    body = {"person_id": rita.person_id, "period": "2026-M02", "amount": "-12.30", "reason": "recovery", "note": "n"}
    post = {"content_type": "application/json"}
    made = client_of(olaf).post("/api/v1/pay-adjustments", body, **post)
    assert (made.status_code, made.json()["state"], Decimal(made.json()["amount"])) == (
        201,
        "proposed",
        Decimal("-12.30"),
    )
    address = made["Location"]
    assert client_of(rita).get(address).status_code == 404
    assert client_of(olaf).post(f"{address}/approve", {}, **post).status_code == 403
    assert client_of(fiona).post(f"{address}/approve", {}, **post).json()["state"] == "approved"
    assert client_of(fiona).post(f"{address}/approve", {}, **post).status_code == 409
    back = client_of(olaf).post(f"{address}/reverse", {"period": "2026-M02", "note": "退回"}, **post)
    assert (back.status_code, back.json()["reverses_id"]) == (201, made.json()["id"])
    withdrawn = client_of(olaf).post(f"{back['Location']}/withdraw", {}, **post)
    assert withdrawn.json()["state"] == "withdrawn"
    listed = client_of(olaf).get("/api/v1/pay-adjustments", {"state": "approved"}).json()["items"]
    assert [row["id"] for row in listed] == [made.json()["id"]]
