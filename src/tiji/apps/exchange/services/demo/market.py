"""Catalog and customers of the demo company."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tiji.apps.catalog.models import Product
from tiji.apps.catalog.services.lines import assign_product_line, create_product_line
from tiji.apps.catalog.services.prices import create_price_book, set_price
from tiji.apps.catalog.services.products import insert_products
from tiji.apps.customers.models import Account, Contact, Industry
from tiji.apps.customers.models.credit_codes import check_letter
from tiji.apps.customers.services.accounts import NewAccount, insert_accounts
from tiji.apps.customers.services.contacts import insert_contacts
from tiji.apps.customers.services.divisions import load_divisions
from tiji.apps.customers.services.industries import found_industries
from tiji.apps.customers.services.ownership import change_owner
from tiji.apps.exchange.demo.words import LINES
from tiji.apps.exchange.demo.world import CustomerRow, World
from tiji.apps.exchange.services.demo.organization import Staff
from tiji.apps.organization.selectors.places import Places

FLOOR = Decimal("0.88")


def moment(day: date, hour: int = 9) -> datetime:
    """That hour of the day in Shanghai."""
    return datetime.combine(day, time(hour), UTC) - timedelta(hours=8)


def store_catalog(world: World, staff: Staff) -> dict[str, Product]:
    """Lines, products and the price book; each product manager sees his line. Code → product."""
    admin, since = staff.administrator, world.start - timedelta(days=400)
    products: list[Product] = []
    prices = {}
    for position, (code, name, name_en, rows) in enumerate(LINES, start=1):
        line = create_product_line(actor=admin, code=code, name=name, name_en=name_en, position=position)
        assign_product_line(actor=admin, person=staff.people[f"pm-{code}"], line=line, valid_from=since)
        for product_code, product_name, product_en, price, cost in rows:
            prices[product_code] = Decimal(price)
            products.append(
                Product(
                    code=product_code,
                    name=product_name,
                    name_en=product_en,
                    line=line,
                    list_price=Decimal(price),
                    standard_cost=Decimal(cost),
                    currency="CNY",
                )
            )
    stored = {product.code: product for product in insert_products(products=products)}
    book = create_price_book(
        actor=admin, code="CNY", name="标准价目表", name_en="Standard price list", currency="CNY", is_default=True
    )
    for code, product in stored.items():
        floor = (prices[code] * FLOOR).quantize(Decimal(1))
        set_price(
            actor=admin,
            book=book,
            product=product,
            price=prices[code],
            floor_price=floor,
            valid_from=since,
            today=world.today,
        )
    return stored


def store_customers(world: World, staff: Staff) -> dict[str, Account]:
    """Accounts with contacts and owners, as they changed hands. Key → account."""
    load_divisions()
    found_industries()
    industries = dict(Industry.objects.values_list("code", "pk"))
    places = Places({person.pk for person in staff.people.values()})
    rows = [_new_account(row, staff, places, industries) for row in world.customers.values()]
    made = insert_accounts(rows=rows, at=moment(world.today), actor=staff.administrator)
    accounts = dict(zip(world.customers, made, strict=True))
    insert_contacts(
        contacts=[
            Contact(account=accounts[key], name=name, role=role, title=title, is_primary=index == 0)
            for key, row in world.customers.items()
            for index, (name, role, title) in enumerate(row.contacts)
        ]
    )
    _hand_over(world, staff, accounts)
    return accounts


def _new_account(row: CustomerRow, staff: Staff, places: Places, industries: dict[str, int]) -> NewAccount:
    owner = staff.people[row.owners[0][1]].pk
    return NewAccount(
        name=row.name,
        short_name=row.short_name,
        owner_id=owner,
        credit_code=row.credit_body + check_letter(row.credit_body),
        industry_id=industries.get(row.industry),
        division_id=row.division,
        tier=row.tier,
        created_at=moment(row.created_on),
        owner_since=moment(row.created_on),
        owner_unit_id=places.unit(owner, row.created_on),
    )


def _hand_over(world: World, staff: Staff, accounts: dict[str, Account]) -> None:
    changes: dict[tuple[date, str], list[Account]] = {}
    for key, row in world.customers.items():
        for since, owner in row.owners[1:]:
            changes.setdefault((since, owner), []).append(accounts[key])
    for (since, owner), moved in sorted(changes.items()):
        change_owner(
            actor=staff.administrator,
            accounts=moved,
            to_owner=staff.people[owner],
            at=moment(since),
            reason="原负责人调离,按组内规则移交",
        )
