"""The three selects of a region, one filling the next."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tiji.apps.customers.forms import division_levels, last_division


@require_GET
@login_required
def division_choice(request: HttpRequest) -> HttpResponse:
    name, field_id = request.GET.get("field", "division")[:60], request.GET.get("id", "")[:80]
    code = last_division([code[:6] for code in request.GET.getlist(name) if code])
    widget = {"name": name, "id": field_id, "levels": division_levels(code), "attrs": {}}
    return render(request, "customers/division.html", {"widget": widget})
