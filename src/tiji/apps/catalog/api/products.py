"""Products and product lines over REST."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.catalog.permissions import can_read_catalog, can_see_costs
from tiji.apps.catalog.selectors.products import product_lines, products
from tiji.apps.catalog.services.lines import archive_product_line, create_product_line, edit_product_line
from tiji.apps.catalog.services.products import archive_product, create_product, edit_product, restore_product
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    Amount,
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    Router,
    Schema,
    answer,
    as_written,
    created,
    expected_version,
    found,
    page_answer,
)

router = Router("catalog", tag="Catalog")

ROW = (
    *("id", "code", "name", "name_en", "line_id", "unit_name", "list_price", "standard_cost", "currency"),
    *("archived_at", "version"),
)
LINE = ("id", "code", "name", "name_en", "position", "archived_at")


class ProductFilters(Schema):
    q: str | None = Field(None, max_length=100)
    line: Id | None = None
    currency: str | None = Field(None, max_length=3)
    archived: bool = False


class ProductOut(Out):
    id: int
    code: str
    name: str
    name_en: str
    line_id: int
    unit_name: str
    list_price: Amount | None
    standard_cost: Amount | None = Field(description="Null for those who may not know costs")
    currency: str
    archived_at: datetime | None
    version: int


class ProductPatch(In):
    code: str | None = Field(None, max_length=50)
    name: str | None = Field(None, max_length=120)
    name_en: str | None = Field(None, max_length=120)
    line_id: Id | None = None
    unit_name: str | None = Field(None, max_length=20)
    list_price: Amount | None = None
    standard_cost: Amount | None = None
    currency: str | None = Field(None, max_length=3)


class ProductIn(ProductPatch):
    code: str = Field(min_length=1, max_length=50)
    name: str = Field(min_length=1, max_length=120)
    line_id: Id
    currency: str = Field(min_length=3, max_length=3)


class ProductLineOut(Out):
    id: int
    code: str
    name: str
    name_en: str
    position: int
    archived_at: datetime | None


class LinePatch(In):
    code: str | None = Field(None, max_length=30)
    name: str | None = Field(None, max_length=120)
    name_en: str | None = Field(None, max_length=120)
    position: int | None = Field(None, ge=0, le=32_000)


class ProductLineIn(LinePatch):
    code: str = Field(min_length=1, max_length=30)
    name: str = Field(min_length=1, max_length=120)


def reader(request: ApiRequest) -> Any:
    require(can_read_catalog(request.actor))
    return request.actor


def as_json(product: Product | dict[str, Any], costs: bool) -> dict[str, Any]:
    row = product if isinstance(product, dict) else product.__dict__
    return {name: as_written(row[name]) if costs or name != "standard_cost" else None for name in ROW}


def facts_of(data: ProductPatch, **dump: Any) -> dict[str, Any]:
    facts = data.model_dump(**dump)
    if "line_id" in facts:
        facts["line"] = found(ProductLine.objects.all(), facts.pop("line_id"), field="line_id")
    return facts


def product_answer(request: ApiRequest, product: Product) -> HttpResponse:
    return answer(request, as_json(product, can_see_costs(request.actor)), version=product.version)


@router.get("/products", response=PageOf[ProductOut])
def list_products(request: ApiRequest, filters: Query[ProductFilters], paging: Query[Paging]) -> HttpResponse:
    """Products, by name."""
    costs = can_see_costs(reader(request))
    rows = products(**filters.model_dump(exclude_none=True)).values(*ROW, "sort_key")
    page = keyset(rows, ("sort_key", "id"), paging.cursor, paging.size)
    return page_answer(request, page, lambda row: as_json(row, costs))


@router.get("/products/{product_id}", response=ProductOut, versioned=True)
def read_product(request: ApiRequest, product_id: Id) -> HttpResponse:
    """One product."""
    reader(request)
    return product_answer(request, found(Product.objects.all(), product_id))


@router.post("/products", response={201: ProductOut})
def post_product(request: ApiRequest, data: ProductIn) -> HttpResponse:
    """Add a product to a line."""
    product = create_product(actor=reader(request), **facts_of(data, exclude_none=True))
    body = as_json(product, can_see_costs(request.actor))
    return created(request, body, f"/products/{product.pk}", version=product.version)


@router.patch("/products/{product_id}", response=ProductOut, versioned=True)
def patch_product(request: ApiRequest, product_id: Id, data: ProductPatch) -> HttpResponse:
    """Change some of a product's facts."""
    actor, product = reader(request), found(Product.objects.all(), product_id)
    version, facts = expected_version(request, product), facts_of(data, exclude_unset=True)
    return product_answer(request, edit_product(actor=actor, product=product, version=version, **facts))


@router.post("/products/{product_id}/archive", response=ProductOut)
def post_archive(request: ApiRequest, product_id: Id) -> HttpResponse:
    """Take a product out of choice."""
    actor, product = reader(request), found(Product.objects.all(), product_id)
    return product_answer(request, archive_product(actor=actor, product=product, at=timezone.now()))


@router.post("/products/{product_id}/restore", response=ProductOut)
def post_restore(request: ApiRequest, product_id: Id) -> HttpResponse:
    """Bring an archived product back."""
    actor, product = reader(request), found(Product.objects.all(), product_id)
    return product_answer(request, restore_product(actor=actor, product=product))


def line_json(line: ProductLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LINE}


@router.get("/product-lines", response=PageOf[ProductLineOut])
def list_lines(request: ApiRequest, paging: Query[Paging], archived: bool = False) -> HttpResponse:
    """Product lines, in their order."""
    reader(request)
    rows = product_lines(archived=archived).values(*LINE)
    return page_answer(request, keyset(rows, ("position", "code"), paging.cursor, paging.size))


@router.get("/product-lines/{line_id}", response=ProductLineOut)
def read_line(request: ApiRequest, line_id: Id) -> HttpResponse:
    """One product line."""
    reader(request)
    return answer(request, line_json(found(ProductLine.objects.all(), line_id)))


@router.post("/product-lines", response={201: ProductLineOut})
def post_line(request: ApiRequest, data: ProductLineIn) -> HttpResponse:
    """Add a product line."""
    line = create_product_line(actor=reader(request), **data.model_dump(exclude_none=True))
    return created(request, line_json(line), f"/product-lines/{line.pk}")


@router.patch("/product-lines/{line_id}", response=ProductLineOut)
def patch_line(request: ApiRequest, line_id: Id, data: LinePatch) -> HttpResponse:
    """Change a line's code, names or order."""
    actor, line = reader(request), found(ProductLine.objects.all(), line_id)
    return answer(request, line_json(edit_product_line(actor=actor, line=line, **data.model_dump(exclude_none=True))))


@router.post("/product-lines/{line_id}/archive", response=ProductLineOut)
def post_archive_line(request: ApiRequest, line_id: Id) -> HttpResponse:
    """Take a line without products out of the lists."""
    actor, line = reader(request), found(ProductLine.objects.all(), line_id)
    return answer(request, line_json(archive_product_line(actor=actor, line=line, at=timezone.now())))
