"""What goes in and out of the pipeline's operations, and the rows they are made of."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from tiji.apps.catalog.models import Product
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Person
from tiji.apps.organization.selectors.places import known_person
from tiji.apps.pipeline.models import Opportunity, Stage
from tiji.apps.pipeline.selectors.filters import DealFilters
from tiji.apps.pipeline.selectors.processes import known_stages, rivals
from tiji.apps.pipeline.services.lines import Line, place
from tiji.shared.rest import Amount, ApiRequest, Field, Id, In, Out, Rate, Schema, found, missing

StatusText = Literal["open", "won", "lost", "paused"]
CategoryText = Literal["omitted", "pipeline", "best_case", "commit", "closed"]
Choosable = Literal["", "omitted", "pipeline", "best_case", "commit"]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]

ROW = (
    *("id", "number", "name", "account_id", "owner_id", "unit_id", "process_id", "stage_id", "status", "percent"),
    *("amount", "gross_profit", "currency", "expected_on", "expected_first_on", "slips", "forecast_category"),
    *("entered_stage_at", "stalls_on", "closed_on", "close_reason_id", "close_note", "rival_id", "resume_on"),
    *("next_step", "next_step_on", "source", "created_at", "last_activity_on", "version"),
)
LINE = ("product_id", "quantity", "unit_price", "discount_rate", "amount")
DETAIL = (*ROW, "note", "attributes", "external_source", "external_key")


class OpportunityFilters(Schema):
    q: str | None = Field(None, max_length=100, description="Part of the subject, its pinyin, the number, the customer")
    owner: Id | None = None
    unit: Id | None = Field(None, description="Deals of this unit and everything below it")
    account: Id | None = None
    process: Id | None = None
    stage: list[Id] | None = Field(None, max_length=50, description="Stages, repeated")
    status: list[StatusText] | None = Field(None, max_length=4)
    category: list[CategoryText] | None = Field(None, max_length=5, description="Forecast categories, repeated")
    line: Id | None = Field(None, description="A product line")
    source: str | None = Field(None, max_length=40)
    expected_from: date | None = None
    expected_to: date | None = None
    amount_from: Amount | None = None
    amount_to: Amount | None = None
    stalled: bool = False
    slipped: bool = False
    no_next_step: bool = False

    def asked(self) -> DealFilters:
        """The same for the selectors."""
        return DealFilters(**{name: value for name, value in self.model_dump().items() if value is not None})


class OpportunityOut(Out):
    id: int
    number: str
    name: str
    account_id: int | None
    owner_id: int
    unit_id: int | None
    process_id: int
    stage_id: int
    status: StatusText
    percent: int
    amount: Amount | None
    gross_profit: Amount | None
    currency: str
    expected_on: date | None
    expected_first_on: date | None
    slips: int
    forecast_category: str
    entered_stage_at: datetime
    stalls_on: date | None
    closed_on: date | None
    close_reason_id: int | None
    close_note: str
    rival_id: int | None
    resume_on: date | None
    next_step: str
    next_step_on: date | None
    source: str
    created_at: datetime
    last_activity_on: date | None
    version: int


class OpportunityLineOut(Out):
    product_id: int
    quantity: Amount
    unit_price: Amount
    discount_rate: Rate
    amount: Amount


class OpportunityDetail(OpportunityOut):
    note: str
    attributes: dict[str, Any]
    external_source: str
    external_key: str
    lines: list[OpportunityLineOut]


class OpportunityLineIn(In):
    product_id: Id
    quantity: Amount = Decimal(1)
    unit_price: Amount | None = Field(None, description="Left out: the price in force in the default price book")
    discount_rate: Rate = Field(Decimal(0), description="A share of 1: 0.05 is five percent off")
    amount: Amount | None = Field(None, description="Left out: quantity × price × (1 − discount), rounded")


class OpportunityPatch(In):
    name: str | None = Field(None, min_length=1, max_length=200)
    account_id: Id | None = None
    amount: Amount | None = None
    gross_profit: Amount | None = None
    currency: Currency | None = None
    expected_on: date | None = None
    forecast_category: Choosable | None = None
    rival_id: Id | None = None
    next_step: str | None = Field(None, max_length=200)
    next_step_on: date | None = None
    source: str | None = Field(None, max_length=40)
    note: str | None = Field(None, max_length=10_000)
    attributes: dict[str, Any] | None = None
    lines: list[OpportunityLineIn] | None = Field(None, max_length=200)


class OpportunityIn(OpportunityPatch):
    name: str = Field(min_length=1, max_length=200)
    owner_id: Id | None = None
    stage_id: Id | None = None


TEXTS = ("name", "forecast_category", "next_step", "source", "note", "currency")


def facts_of(request: ApiRequest, data: OpportunityPatch) -> dict[str, Any]:
    """What was sent, with rows in place of ids. Raises: DomainError at the id that does not exist or is not seen."""
    sent = data.model_dump(exclude_unset=True)
    if "account_id" in sent:
        key = sent.pop("account_id")
        rows = Account.objects.visible_to(request.actor).live().only("name", "short_name", "owner_id")
        sent["account"] = None if key is None else found(rows, key, field="account_id")
    if "rival_id" in sent:
        key = sent.pop("rival_id")
        sent["rival"] = None if key is None else found(rivals(), key, field="rival_id")
    for name in TEXTS:
        if name in sent and sent[name] is None:
            sent[name] = ""
    if sent.get("currency") == "":
        del sent["currency"]
    if sent.get("attributes", {}) is None:
        sent["attributes"] = {}
    if sent.get("lines") is not None:
        sent["lines"] = _lines(sent["lines"])
    elif "lines" in sent:
        sent["lines"] = []
    return sent


def _lines(rows: list[dict[str, Any]]) -> list[Line]:
    products = Product.objects.filter(archived_at__isnull=True).in_bulk({row["product_id"] for row in rows})
    lines = []
    for at, row in enumerate(rows):
        key = row.pop("product_id")
        product = products.get(key) or found(Product.objects.none(), key, field=place(at, "product_id"))
        lines.append(Line(product=product, **row))
    return lines


def owner_of(key: int | None) -> Person | None:
    """The person with this id. Raises: DomainError at `owner_id`."""
    person = None if key is None else known_person(key)
    if key is not None and person is None:
        raise missing(Person, "owner_id")
    return person


def stage_of(key: int | None) -> Stage | None:
    """The stage in use with this id. Raises: DomainError at `stage_id`."""
    stage = None if key is None else known_stages().get(key)
    if key is not None and (stage is None or stage.archived_at is not None):
        raise missing(Stage, "stage_id")
    return stage


def detail(deal: Opportunity, *, has_lines: bool = True) -> dict[str, Any]:
    """One deal with its lines: one query, none for a deal that is known to have no lines."""
    body = {name: getattr(deal, name) for name in DETAIL}
    body["lines"] = list(deal.lines.order_by("position", "pk").values(*LINE)) if has_lines else []
    return body


def row(deal: Opportunity) -> dict[str, Any]:
    """One deal as in a list."""
    return {name: getattr(deal, name) for name in ROW}
