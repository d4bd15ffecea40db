"""Exports of other systems, made from nothing but their headings: owners, times and the history of stages stay."""

import csv
from datetime import date
from pathlib import Path

import pytest

from makers import moment
from tiji.apps.customers.models import Account, Contact
from tiji.apps.exchange.services.imports.remembered import propose
from tiji.apps.exchange.services.imports.sets import load_set
from tiji.apps.pipeline.models import Opportunity, StageEvent
from tiji.apps.pipeline.services.processes import found_processes

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
NOW = moment("2026-11-18")


@pytest.fixture
def headings(real_data):
    folder = real_data / "crm_export_headers"
    if not folder.is_dir():
        pytest.skip("crm_export_headers is not among the real data")

    def read(path: str) -> list[str]:
        with (folder / path).open(encoding="utf-8-sig", newline="") as file:
            return next(csv.reader(file))

    return read


def write(folder: Path, name: str, head: list[str], *rows: dict[str, str]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, head, quoting=csv.QUOTE_ALL, restval="")
        writer.writeheader()
        writer.writerows(rows)


def test_a_salesforce_weekly_export_keeps_the_history_of_stages(olaf, rita, headings, tmp_path):
    found_processes()
    heads = {name: headings(f"salesforce_weekly_export/{name}.csv")
             for name in ("Account", "Contact", "Opportunity", "OpportunityHistory")}  # fmt: skip
    nobody = "000000000000000AAA"
    write(tmp_path, "Account.csv", heads["Account"],
          {"Id": "001A", "Name": "Acme Ltd", "OwnerId": "rita@example.com", "CreatedDate": "2026-01-05 18:00:00",
           "IsDeleted": "0", "ParentId": nobody},
          {"Id": "001B", "Name": "Gone Ltd", "IsDeleted": "1"})  # fmt: skip
    write(tmp_path, "Contact.csv", heads["Contact"],
          {"Id": "003A", "AccountId": "001A", "FirstName": "Ann", "LastName": "Lee", "IsDeleted": "0"})  # fmt: skip
    write(tmp_path, "Opportunity.csv", heads["Opportunity"],
          {"Id": "006A", "AccountId": "001A", "Name": "Line 1", "StageName": "Closed Won", "Amount": "1200.5",
           "CloseDate": "2026-03-02", "OwnerId": "rita@example.com", "CreatedDate": "2026-01-10 01:00:00",
           "IsDeleted": "0"})  # fmt: skip
    steps = (("Prospecting", "2026-01-10 01:00:00"), ("Prospecting", "2026-01-11 01:00:00"),
             ("Negotiation/Review", "2026-02-01 01:00:00"), ("Closed Won", "2026-03-02 01:00:00"))  # fmt: skip
    write(tmp_path, "OpportunityHistory.csv", heads["OpportunityHistory"],
          *({"OpportunityId": "006A", "StageName": stage, "CreatedDate": at, "Amount": "1200.5", "IsDeleted": "0"}
            for stage, at in steps))  # fmt: skip
    done = load_set(actor=olaf, name="salesforce", path=tmp_path, at=NOW)
    assert (done.created, done.refused) == (3, 0)
    account = Account.objects.get()
    assert (account.name, account.owner, account.created_at) == ("Acme Ltd", rita.person, moment("2026-01-05T18:00:00"))
    assert Contact.objects.get().name == "Ann Lee"
    deal = Opportunity.objects.get()
    assert (deal.status, deal.closed_on, deal.owner) == ("won", date(2026, 3, 2), rita.person)
    told = StageEvent.objects.order_by("pk").values_list("to_stage__code", "to_status", "on")
    assert list(told) == [
        ("prospecting", "open", date(2026, 1, 10)),
        ("negotiation", "open", date(2026, 2, 1)),
        ("won", "won", date(2026, 3, 2)),
    ]
    again = load_set(actor=olaf, name="salesforce", path=tmp_path, at=NOW)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 3)


def test_hubspot_companies_contacts_and_deals_find_each_other_by_their_ids(olaf, rita, headings, tmp_path):
    found_processes()
    write(tmp_path, "companies.csv", headings("hubspot_full/companies.csv"),
          {"Record ID": "11", "Company name": "Acme Ltd", "Company owner": "Rita"})  # fmt: skip
    write(tmp_path, "contacts.csv", headings("hubspot_full/contacts.csv"),
          {"Record ID": "21", "First Name": "Ann", "Last Name": "Lee", "Associated Company IDs": "11"})  # fmt: skip
    write(tmp_path, "deals.csv", headings("hubspot_full/deals.csv"),
          {"Record ID": "31", "Deal Name": "Line 1", "Deal Stage": "Contract Sent", "Amount": "900",
           "Deal owner": "Rita", "Create Date": "2026-01-10 09:30", "Close Date": "2026-12-31 00:00",
           "Associated Company IDs": "11"})  # fmt: skip
    done = load_set(actor=olaf, name="hubspot", path=tmp_path, at=NOW)
    assert (done.created, done.refused) == (3, 0)
    deal = Opportunity.objects.get()
    assert (deal.account.name, deal.stage.code, deal.expected_on) == ("Acme Ltd", "contract", date(2026, 12, 31))
    assert Contact.objects.get().account == deal.account


@pytest.mark.parametrize(
    ("path", "kind", "needed"),
    [
        ("companies_minimal", "accounts", {"key", "name", "website", "owner", "created_at"}),
        ("companies_with_domain", "accounts", {"key", "name", "website", "owner", "created_at"}),
        ("contacts_minimal", "contacts", {"key", "first_name", "last_name", "email", "phone"}),
        ("contacts_with_company_ids", "contacts", {"key", "account", "title"}),
        ("deals_minimal", "opportunities", {"key", "name", "stage", "amount", "account"}),
        ("deals_stage_history", "opportunities", {"key", "name", "stage", "entered_at", "owner"}),
        ("deals_with_dates", "opportunities", {"key", "name", "stage", "expected_on", "created_at", "owner"}),
    ],
)
def test_the_variants_of_hubspot_headings_are_known(db, headings, path, kind, needed):
    proposal = propose(kind, headings(f"hubspot_variants/{path}.csv"))
    assert needed <= set(proposal.mapping.values())
    assert (proposal.origin, proposal.source) == ("known", "hubspot")
