"""The cards below the grid, what the facts' export holds, and the budgets of every page of the room."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from makers import assign, make_account, make_person, moment
from makers_commerce import make_invoice, make_receipt, make_signed_contract
from makers_pipeline import make_opportunity
from makers_targets import cells, key_of, make_active_plan, make_plan, type_in
from tiji.apps.targets.services.typing import type_targets

pytestmark = pytest.mark.django_db
NOON = moment("2026-11-18T04:00:00")


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def signed_in(client):
    def signed_in(user):
        client.force_login(user)
        client.cookies["tiji_language"] = "en"
        return client

    return signed_in


def deal(user, amount, name, expected="2026-12-01", code="solution"):
    account = make_account(name, user.person)
    return make_opportunity(
        user, name, account=account, amount=amount, expected_on=expected, stage_code=code, at="2026-11-01"
    )


def cards_of(client, version):
    return client.get(reverse("target_support", args=[version.pk])).context["cards"]


def test_what_supports_the_rest_of_the_quarter(company, olaf, max_, rita, ray, signed_in):
    """Rita: target 1,000, signed 200, so 800 left. Open: 400 new at 50 % = 200; 100 at 90 % committed = 90; a deal of
    next year counts nothing; 80 at 50 % of a customer who has bought = 40. Together 330 of 800.
    """
    version = make_plan(olaf)
    type_in(olaf, version, (rita, "2026-Q4", "1000"), (ray, "2026-Q4", "500"))
    make_signed_contract(rita, make_account("甲", rita.person), "200", "2026-10-10")
    deal(rita, "400", "乙")
    deal(rita, "100", "丙", code="closing")
    deal(rita, "300", "丁", expected="2027-01-10")
    old = make_account("戊", rita.person)
    make_signed_contract(rita, old, "5", "2025-01-10")
    make_opportunity(
        rita, "again", account=old, amount="80", expected_on="2026-12-02", stage_code="solution", at="2026-11-01"
    )
    cards = cards_of(signed_in(max_), version)
    found = {one.node.key: one for one in cards.supports}
    mine = found[key_of(rita)]
    assert (mine.target, mine.actual, mine.left) == (1000, 200, 800)
    assert mine.parts == {"pipeline": 200, "commit": 90, "repeat": 40}
    assert mine.share == Decimal(330) / 800
    assert mine.share_of("pipeline") == Decimal(200) / 800
    assert found[key_of(ray)].share == 0
    assert cards.thinnest["name"] == "Ray"
    text = signed_in(max_).get(reverse("target_support", args=[version.pk])).content.decode()
    assert "100% of what Ray has left is not supported" in text


def test_cash_is_supported_by_what_falls_due(company, olaf, max_, fiona, rita, signed_in):
    """300 to come in, 80 billed and due in December: 80 of 300."""
    version = make_plan(olaf, measure="cash")
    type_in(olaf, version, (rita, "2026-Q4", "300"))
    make_invoice(fiona, make_account("甲", rita.person), "80", due_on="2026-12-10", issued_on="2026-11-01")
    found = cards_of(signed_in(max_), version).supports[0]
    assert found.parts == {"due": 80}
    assert found.share == Decimal(80) / 300


def test_from_above_and_from_below(company, olaf, erin, rita, ray, zoe, signed_in):
    """Suzhou 1,000 from above; 600 and 500 below: 1,100, 10 % more. Shenzhen 500 and 400 below: short."""
    version = make_plan(olaf)
    type_in(
        olaf,
        version,
        (company.suzhou, "2026", "1000"),
        (rita, "2026", "600"),
        (ray, "2026", "500"),
        (company.shenzhen, "2026", "500"),
        (zoe, "2026", "400"),
    )
    cards = cards_of(signed_in(erin), version)
    assert [(line.label, line.change, line.tone) for line in cards.ways] == [("苏州组", "10.0%", "good")]
    assert cards.ways_note == ("", "")
    type_targets(actor=olaf, version=version, amounts=cells((ray, "2026", "300")), at=NOON)
    cards = cards_of(signed_in(erin), version)
    assert cards.ways[0].tone == "bad"
    assert "苏州组" in cards.ways_note[1]


def test_the_cards_of_an_empty_plan_say_what_belongs_there(company, olaf, rita, signed_in):
    text = signed_in(olaf).get(reverse("target_support", args=[make_plan(olaf).pk])).content.decode()
    for words in ("Nothing to compare yet", "No target in this quarter yet", "Nothing was typed in this version yet"):
        assert words in text


# The export


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_of_facts_carries_customer_and_document(company, erin, rita, signed_in, kind):
    contract = make_signed_contract(rita, make_account("天衡重工", rita.person), "70.05", "2026-10-10")
    answer = signed_in(erin).get(reverse("attainment_facts"), {"export": kind})
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    line = dict(zip(rows[0], rows[1], strict=True))
    assert line["Customer"] == "天衡重工"
    assert line["Document"] == contract.number
    assert Decimal(str(line["Amount"])) == Decimal("70.05")


def test_the_export_names_nothing_that_the_page_hides(company, rita, max_, zoe, signed_in):
    contract = make_signed_contract(rita, make_account("天衡重工", rita.person), "70", "2026-10-10")
    contract.account.owner = zoe.person
    contract.account.save()
    rita.person.assignments.update(valid_until="2026-11-01")
    assign(rita.person, company.shenzhen, valid_from="2026-11-01")
    answer = signed_in(max_).get(reverse("attainment_facts"), {"export": "csv", "subject": key_of(company.suzhou)})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "70" in text
    assert "天衡重工" not in text
    assert contract.number not in text


# Budgets

FRAME = 14  # sign-in, session, scope, company, navigation and its counts: the same on every page


def pages_of(version, active, rita):
    row = key_of(rita)
    unit = version.nodes.filter(unit__isnull=False, children__person__isnull=False).first().key
    draft = [version.pk]
    return {
        "targets": reverse("targets") + f"?version={version.number}&level=person",
        "support": reverse("target_support", args=draft),
        "rows": reverse("target_rows", args=draft),
        "weights": reverse("target_weights", args=draft) + f"?unit={unit}&by=mix",
        "rebalance": reverse("target_rebalance", args=[version.pk, unit]) + "?how=pipeline",
        "move": reverse("target_move", args=[version.pk, row, "2026-M12"]),
        "season": reverse("target_season", args=draft),
        "lock": reverse("target_lock", args=draft),
        "share": reverse("target_share", args=draft),
        "activate": reverse("target_version_activate", args=draft),
        "discard": reverse("target_version_discard", args=draft),
        "import": reverse("target_import", args=draft),
        "export": reverse("target_export", args=draft),
        "history": reverse("target_history", args=draft),
        "compare": reverse("target_compare", args=draft),
        "new plan": reverse("target_plan_new"),
        "new version": reverse("target_version_new", args=[active.pk]),
        "attainment": reverse("attainment"),
        "facts": reverse("attainment_facts"),
        "landing": reverse("attainment_landing"),
        "cash": reverse("attainment") + "?measure=cash",
    }


def asked_by(client, pages):
    found = {}
    for name, url in pages.items():
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200, url
        found[name] = (len(asked), [query["sql"][:160] for query in asked])
    return found


def test_every_page_keeps_its_budget_whoever_many_people_there_are(company, olaf, fiona, rita, ray, zoe, signed_in):
    from tiji.apps.targets.services.plans import start_target_version

    people = [rita, ray]
    active = make_active_plan(olaf, (company.suzhou, "2026", "100000"))
    make_receipt(fiona, make_account("甲", rita.person), "10", "2026-11-02")
    make_signed_contract(rita, make_account("乙", rita.person), "30", "2026-11-03")
    client = signed_in(olaf)
    version = start_target_version(actor=olaf, plan=active, reason="few", at=NOON)
    type_in(olaf, version, *[(one, "2026", "100") for one in people])
    few = asked_by(client, pages_of(version, active, rita))
    version.delete()
    for number in range(12):
        people.append(make_person(f"Seller {number}", company.suzhou).user)
        make_signed_contract(people[-1], make_account(f"客户{number}", people[-1].person), "30", "2026-11-03")
        deal(people[-1], "50", f"商机{number}")
    version = start_target_version(actor=olaf, plan=active, reason="many", at=NOON, tree_on=NOON.date())
    type_in(olaf, version, *[(one, "2026", "100") for one in people])
    many = asked_by(client, pages_of(version, active, rita))
    for name, (count, sql) in many.items():
        assert count <= FRAME + 10, f"{name} asks {count}:\n" + "\n".join(sql)
        assert count <= few[name][0] + 1, f"{name}: {few[name][0]} for a few, {count} for many\n" + "\n".join(sql)
