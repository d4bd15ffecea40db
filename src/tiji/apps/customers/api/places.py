"""Divisions and industries over REST: what an account's `division_id` and `industry_id` may be."""

from django.http import HttpResponse

from tiji.apps.customers.models import Industry
from tiji.apps.customers.selectors.divisions import divisions
from tiji.shared.paging import keyset
from tiji.shared.rest import ApiRequest, Field, Out, PageOf, Paging, Query, Router, Schema, page_answer

router = Router("customers", tag="Regions and industries")


class DivisionFilters(Schema):
    under: str | None = Field(None, max_length=6, description="Directly under this code; empty for the top")
    q: str | None = Field(None, max_length=60, description="Name, pinyin or initials, at any level")


class DivisionOut(Out):
    code: str
    name: str
    full_name: str
    parent_id: str | None


class IndustryOut(Out):
    id: int
    code: str
    name: str
    name_en: str
    parent_id: int | None


@router.get("/divisions", response=PageOf[DivisionOut])
def list_divisions(request: ApiRequest, filters: Query[DivisionFilters], paging: Query[Paging]) -> HttpResponse:
    """Administrative divisions of China and other countries, by code."""
    rows = divisions(under=filters.under, q=filters.q or "").values("code", "name", "full_name", "parent_id")
    return page_answer(request, keyset(rows, ("code",), paging.cursor, paging.size))


@router.get("/industries", response=PageOf[IndustryOut])
def list_industries(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """Sections and their branches, by code."""
    rows = Industry.objects.filter(archived_at__isnull=True).values("id", "code", "name", "name_en", "parent_id")
    return page_answer(request, keyset(rows, ("code",), paging.cursor, paging.size))
