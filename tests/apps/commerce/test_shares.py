"""Whose a contract is: agreed among several from a day on, on the page and over REST; agreed anew, never changed."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from makers import assign, day, make_account, moment
from makers_commerce import make_signed_contract
from tiji.apps.commerce.models import Contract, ContractShare
from tiji.apps.commerce.selectors.shares import agreements, shared_since, shares_on
from tiji.apps.commerce.services.contracts import reverse_contract
from tiji.apps.commerce.services.shares import AgreedShare, share_contract
from tiji.apps.organization.models import Role
from tiji.shared.errors import DomainError, NotAllowed, PostedRowError
from tiji.shared.models import AuditEntry

AT = moment("2026-11-18")


@pytest.fixture
def contract(rita):
    return make_signed_contract(rita, make_account("澄湖精密", rita.person), "1000.00", "2026-02-02")


def share(actor, contract, *parts, on="2026-02-02", reason="协作"):
    shares = [AgreedShare(user.person, Decimal(rate)) for user, rate in parts]
    return share_contract(actor=actor, contract=contract, shares=shares, valid_from=day(on), reason=reason, at=AT)


def told(contract: Contract) -> list[tuple[str, str | None, list[tuple[int, str]]]]:
    return [
        (one.start.isoformat(), one.end and one.end.isoformat(), [(who, f"{rate:f}") for who, rate in one.shares])
        for one in agreements([contract.pk]).get(contract.pk, [])
    ]


def test_an_agreement_holds_until_the_next_one(contract, rita, ray, max_):
    share(max_, contract, (rita, "0.8"), (ray, "0.2"))
    share(max_, contract, (ray, "1"), on="2026-05-01", reason="离职交接")
    one, other = rita.person.pk, ray.person.pk
    assert told(contract) == [
        ("2026-02-02", "2026-05-01", [(one, "0.80000000"), (other, "0.20000000")]),
        ("2026-05-01", None, [(other, "1.00000000")]),
    ]
    assert shared_since() == {contract.pk: day("2026-02-02")}
    assert [row.person_id for row in shares_on(contract, day("2026-04-30"))] == [one, other]
    assert shares_on(contract, day("2026-02-01")) == []


def test_a_later_word_from_an_earlier_day_takes_the_place_of_what_followed(contract, rita, ray, max_):
    share(max_, contract, (rita, "0.8"), (ray, "0.2"), on="2026-04-01")
    share(max_, contract, (rita, "0.5"), (ray, "0.5"), on="2026-03-01")
    assert [(start, end, len(shares)) for start, end, shares in told(contract)] == [("2026-03-01", None, 2)]
    assert shares_on(contract, day("2026-06-01"))[0].share_rate == Decimal("0.5")


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ((), "shares"),
        (("0.8", "0.3"), "shares"),
        (("0",), "shares"),
        (("1.5",), "shares"),
        (("0.123456789",), "shares"),
    ],
)
def test_shares_that_cannot_be_are_refused_with_what_to_do(contract, rita, ray, max_, parts, field):
    people = dict(zip((rita, ray), parts, strict=False))
    with pytest.raises(DomainError) as refused:
        share(max_, contract, *people.items())
    assert refused.value.field == "shares"
    assert not ContractShare.objects.exists()


def test_nobody_stands_twice_and_a_reason_is_needed(contract, rita, ray, max_):
    with pytest.raises(DomainError) as refused:
        share(max_, contract, (rita, "0.5"), (rita, "0.5"))
    assert refused.value.field == "shares"
    with pytest.raises(DomainError) as refused:
        share(max_, contract, (rita, "0.5"), reason=" ")
    assert refused.value.field == "reason"


def test_the_same_shares_again_are_no_new_agreement(contract, rita, ray, max_):
    share(max_, contract, (rita, "0.8"), (ray, "0.2"))
    with pytest.raises(DomainError) as refused:
        share(max_, contract, (rita, "0.8"), (ray, "0.2"))
    assert refused.value.code == "same"
    share(max_, contract, (ray, "0.2"), (rita, "0.8"))


def test_what_was_taken_back_is_not_shared(contract, rita, max_):
    reversal = reverse_contract(actor=max_, contract=contract, on=day("2026-03-01"), reason="撤销")
    for document in (contract, reversal):
        with pytest.raises(DomainError) as refused:
            share(max_, document, (rita, "1"))
        assert refused.value.code == "reversed"


def test_an_owner_does_not_share_his_own_contract(company, contract, rita, ray, max_, erin):
    with pytest.raises(NotAllowed):
        share(rita, contract, (ray, "1"))
    # Not even as the head of his team: the next one above does.
    assign(rita.person, company.suzhou, Role.MANAGER)
    with pytest.raises(NotAllowed):
        share(rita, contract, (ray, "1"))
    assert share(erin, contract, (rita, "0.5"), (ray, "0.5"))


def test_it_is_told_in_the_audit_log_with_names(contract, rita, ray, max_):
    share(max_, contract, (rita, "0.8"), (ray, "0.2"))
    share(max_, contract, (ray, "1"), on="2026-05-01", reason="离职交接")
    entry = AuditEntry.objects.filter(action="contract.share").order_by("-pk")[0]
    assert (entry.before["shares"], entry.after["shares"], entry.reason) == (
        "Rita 80%, Ray 20%",
        "Ray 100%",
        "离职交接",
    )


def test_the_database_keeps_what_was_agreed(contract, rita, max_):
    share(max_, contract, (rita, "0.8"))
    with pytest.raises(PostedRowError), transaction.atomic():
        ContractShare.objects.update(share_rate=Decimal("0.9"))
    with pytest.raises(PostedRowError), transaction.atomic():
        ContractShare.objects.all()._raw_delete("default")


# In the browser


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_dialog_begins_with_the_owner_and_the_page_shows_what_counts(contract, rita, ray, max_):
    client, url = client_of(max_), reverse("contract_share", args=[contract.pk])
    begun = client.get(url).content.decode()
    assert f'value="{rita.person.pk}"' in begun
    assert 'value="2026-02-02"' in begun
    typed = {
        "valid_from": "2026-02-02",
        "reason": "协作",
        "shares-person": [rita.person.pk, ray.person.pk, ""],
        "shares-share_rate": ["66.67", "33.33", ""],
    }
    assert client.post(url, typed).status_code == 302
    page = client.get(contract.get_absolute_url()).content.decode()
    assert "66.67%" in page
    assert "33.33%" in page


def test_too_much_together_is_told_in_the_dialog(contract, rita, ray, max_):
    typed = {
        "valid_from": "2026-02-02",
        "reason": "协作",
        "shares-person": [rita.person.pk, ray.person.pk],
        "shares-share_rate": ["80", "30"],
    }
    answer = client_of(max_).post(reverse("contract_share", args=[contract.pk]), typed)
    assert (answer.status_code, "110%" in answer.content.decode()) == (422, True)


# Over REST


def test_shares_over_rest(contract, rita, ray, max_):
    client, url = client_of(max_), f"/api/v1/contracts/{contract.pk}/shares"
    assert client.get(url).json() == []
    body = {
        "shares": [
            {"person_id": rita.person.pk, "share_rate": "0.8"},
            {"person_id": ray.person.pk, "share_rate": "0.2"},
        ],
        "valid_from": "2026-02-02",
        "reason": "协作",
    }
    answer = client.post(url, body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    read = client.get(url).json()
    assert [(row["number"], row["person_id"], Decimal(row["share_rate"])) for row in read] == [
        (1, rita.person.pk, Decimal("0.8")),
        (1, ray.person.pk, Decimal("0.2")),
    ]
    body["shares"][1]["share_rate"] = "0.3"
    refused = client.post(url, body, content_type="application/json")
    assert (refused.status_code, "110%" in refused.content.decode()) == (422, True)
