"""The totals that the real files are known to hold, read where people read them: on the pages and from the API."""

import re
from decimal import Decimal
from html import unescape

import pytest

from makers import make_person, moment
from tiji.apps.customers.services.divisions import load_divisions
from tiji.apps.exchange.services.imports.sets import load_set
from tiji.apps.organization.models import Role, Unit
from tiji.apps.organization.services.founding import found_company
from tiji.apps.pipeline.services.processes import found_processes

pytestmark = [pytest.mark.django_db, pytest.mark.real_data, pytest.mark.slow]
NOW = moment("2026-11-18")
MONEY = re.compile(r"\$([\d,]+(?:\.\d+)?)")


@pytest.fixture
def director(client, real_data):
    """Load a set into a blank company and sign its director in; returns the browser and the company's own unit."""

    def load(folder):
        path = real_data / folder
        if not path.is_dir():
            pytest.skip(f"{folder} is not among the real data")
        founded = found_company(name="Blank", currency="USD", administrator_email="a@example.com", country="US")
        load_divisions()
        found_processes()
        load_set(actor=founded.administrator, name=folder.partition("_")[0], path=path, at=NOW)
        root = Unit.objects.get(placements__parent__isnull=True)
        client.force_login(make_person("Dora", root, Role.DIRECTOR).user)
        client.cookies["tiji_language"] = "en"
        return client, root

    return load


def amount(text):
    found = MONEY.search(unescape(text))
    assert found, text
    return Decimal(found[1].replace(",", ""))


def pages_of(client, path, **query):
    """Every page of a list of the API."""
    cursor, rows = "", []
    while True:
        answer = client.get(path, {**query, "size": 200, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.content
        body = answer.json()
        rows += body["items"]
        cursor = body.get("next") or ""
        if not cursor:
            return rows


def page(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def rows_of_list(client, path, **query):
    """Every row of a list page, leaf by leaf, as its HTML."""
    text, rows = page(client, path, **query), []
    while True:
        rows += re.findall(r"<tr\b.*?</tr>", text.partition("<tbody")[2].partition("</tbody>")[0], re.DOTALL)
        following = re.search(r'rel="next" href="([^"]*)"', text)
        if not following:
            return rows
        text = page(client, unescape(following[1]))


def test_the_won_deals_of_the_list_come_to_the_known_total(director):
    client, _root = director("maven_crm")
    rows = rows_of_list(client, "/opportunities/", status="won")
    shown = [re.search(r'data-label="Amount"><span title="([^"]*)"', row) for row in rows]
    assert len(rows) == 4238
    assert sum(amount(found[1]) for found in shown) == Decimal(10_005_534)
    items = pages_of(client, "/api/v1/opportunities", status="won")
    assert len(items) == 4238
    assert sum(Decimal(item["amount"]) for item in items) == Decimal(10_005_534)


def test_the_order_book_and_the_quotas_of_the_pages_come_to_the_known_totals(director):
    client, root = director("adventureworks_dw")
    asked = {"subject": f"u{root.pk}", "measure": "signed"}
    years = ("2010", "2011", "2012", "2013")
    shown, told = Decimal(0), Decimal(0)
    for year in years:
        facts = page(client, "/attainment/facts/", **asked, period=year)
        exact = re.search(r'id="facts-sum" data-sum="([^"]*)">([^<]*)<', facts)
        actual = client.get("/api/v1/attainment", {**asked, "period": year}).json()["standings"][0]["actual"]
        assert Decimal(exact[1]) == Decimal(actual)
        assert f'title="{exact[2]}"' in page(client, "/attainment/", **asked, period=year)
        shown += amount(exact[2])
        told += Decimal(actual)
    assert (shown, told) == (Decimal("80450596.98"), Decimal("80450596.9823"))
    orders = pages_of(client, "/api/v1/orders")
    assert sum(Decimal(order["amount"]) for order in orders) == Decimal("80450596.9823")
    check_quotas(client, root)


def check_quotas(client, root):
    """The company's row of each year's plan, on the planning grid and from the API."""
    shown, told = Decimal(0), Decimal(0)
    for plan in client.get("/api/v1/target-plans").json()["items"]:
        year = str(plan["fiscal_year"])
        text = page(client, "/targets/", year=year, measure="signed")
        total = re.search(rf'data-p="{year}"[^>]*title="([^"]*)"', text)
        assert total, year
        shown += amount(total[1])
        version = client.get(f"/api/v1/target-plans/{plan['id']}").json()["versions"][0]["id"]
        cells = pages_of(client, f"/api/v1/target-versions/{version}/cells", period=year)
        told += sum(Decimal(cell["amount"]) for cell in cells if cell["node"] == f"u{root.pk}")
    assert (shown, told) == (Decimal(95_714_000), Decimal(95_714_000))
