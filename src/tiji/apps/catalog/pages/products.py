"""What the catalog's pages show."""

from datetime import date
from typing import Any

from tiji.apps.catalog.models import Product
from tiji.apps.catalog.permissions import can_assign_product_line, can_edit_catalog, can_edit_product, can_see_costs
from tiji.apps.catalog.selectors.prices import price_history
from tiji.apps.catalog.selectors.products import line_managers, product_lines
from tiji.apps.organization.models import User
from tiji.shared.errors import Conflict

FIELDS = ("code", "name", "name_en", "unit_name", "currency", "list_price", "standard_cost", "version")


def product_page(product: Product, viewer: User, on: date) -> dict[str, Any]:
    """A product with its prices, the one of today marked."""
    prices: list[Any] = price_history(product)
    for price in prices:
        price.now = price.valid_from <= on and (price.valid_until is None or price.valid_until > on)
        price.planned = price.valid_from > on
        price.ends = price.valid_until is None or price.valid_until > on
    return {
        "product": product,
        "prices": prices,
        "can_edit": can_edit_product(viewer, product.line),
        "can_see_costs": can_see_costs(viewer),
    }


def product_initial(product: Product) -> dict[str, Any]:
    """The form of a product as it stands."""
    return {**{name: getattr(product, name) for name in FIELDS}, "line": product.line_id}


def product_differences(form: Any, clash: Conflict) -> dict[str, Any]:
    """Both versions side by side, and the form ready to be saved over the newer one."""
    form.data = form.data.copy()
    form.data["version"] = clash.current.version
    rows = [
        (field.label, getattr(clash.current, name), clash.attempted[name])
        for name, field in form.fields.items()
        if name in clash.attempted and clash.attempted[name] != getattr(clash.current, name)
    ]
    return {"differences": rows, "message": clash.message}


def lines_page(viewer: User, on: date) -> dict[str, Any]:
    """The lines with who keeps them."""
    managers = line_managers(on)
    rows: list[Any] = list(product_lines())
    for line in rows:
        line.managers = managers.get(line.pk, [])
    return {
        "lines": rows,
        "today": on,
        "can_edit": can_edit_catalog(viewer),
        "can_assign": can_assign_product_line(viewer),
    }
