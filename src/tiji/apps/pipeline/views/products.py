"""What the table of products in a deal's form asks for: products by typing, and the price in force."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from tiji.apps.catalog.selectors.products import products
from tiji.apps.pipeline.pages.lists import today
from tiji.apps.pipeline.selectors.prices import price_in_force
from tiji.apps.pipeline.views.doors import require_lists
from tiji.ui.forms import lookup_response


@require_GET
@login_required
def opportunity_product_lookup(request: HttpRequest) -> HttpResponse:
    require_lists(request)
    rows = products(q=request.GET.get("q", "").strip()[:60]).select_related("line")[:12]
    found = [{"value": row.pk, "label": row.label, "detail": f"{row.code} · {row.line.label}"} for row in rows]
    return lookup_response(request, found)


@require_GET
@login_required
def opportunity_price(request: HttpRequest) -> JsonResponse:
    """The price of a product in force on a day, to be offered in the table; nothing when it has none."""
    require_lists(request)
    asked = request.GET.get("product", "")
    on = parse_date(request.GET.get("on", "")) or today()
    product = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    price = price_in_force(product, request.GET.get("currency", ""), on)
    return JsonResponse({"price": "" if price is None else f"{price.normalize():,f}"})
