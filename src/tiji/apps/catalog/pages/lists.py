"""The list of products."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tiji.apps.catalog.models import Product
from tiji.apps.catalog.permissions import can_create_product
from tiji.apps.catalog.selectors.products import found_by_text, product_lines, products
from tiji.kernel.money import Money
from tiji.ui.filters import Choice, Search
from tiji.ui.lists import Column, Empty, ListPage, View


def line_options(request: HttpRequest) -> list[tuple[Any, Any]]:
    """The lines, read once a request however often they are asked for."""
    kept: list[tuple[Any, Any]] | None = getattr(request, "_catalog_lines", None)
    if kept is None:
        kept = [(line.pk, line.label) for line in product_lines()]
        request._catalog_lines = kept  # type: ignore[attr-defined]
    return kept


def list_price(product: Product) -> Money | None:
    return None if product.list_price is None else Money(product.list_price, product.currency)


class ProductList(ListPage):
    """What the company sells."""

    name, title, noun = "products", _("Products"), _("products")
    template = "catalog/products.html"
    default_sort = "sort_key"
    columns: ClassVar = [
        Column(
            "name", pgettext_lazy("of a thing", "Name"), cell="catalog/cells/name.html", value="label", sort="sort_key"
        ),
        Column("code", _("Code"), sort="code"),
        Column("line", _("Product line"), value="line.label"),
        Column("list_price", _("List price"), show="money_full", value=list_price),
        Column("unit_name", _("Unit of measure")),
    ]
    filters: ClassVar = [
        Search(label=_("Name, code, pinyin"), apply_with=found_by_text),
        Choice(key="line", label=_("Product line"), options=line_options, field="line_id"),
    ]
    views: ClassVar = [View("all", pgettext_lazy("products", "All"), "", "package")]
    create_label = _("New product")
    empty = Empty(_("No products yet"), _("Products stand on opportunities, contracts and orders."), "package")

    def rows(self) -> QuerySet[Product]:
        return products().select_related("line")

    @property
    def create_url(self) -> str:
        return reverse("product_new") if can_create_product(self.request.user) else ""  # type: ignore[arg-type]
