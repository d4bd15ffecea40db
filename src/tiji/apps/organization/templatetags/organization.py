"""What the organisation's own pages need."""

from typing import Any

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from tiji.apps.organization.models import AccessKind, Role
from tiji.apps.organization.pages.entries import source_in_words
from tiji.apps.organization.permissions import (
    can_manage_users,
    can_view_company,
    can_view_organization,
    can_view_users,
    holds,
)
from tiji.apps.organization.selectors.audit_words import action_words
from tiji.apps.organization.selectors.scope import SEES_EVERYTHING

register = template.Library()
register.filter("action_words", action_words)
register.filter("source_words", source_in_words)


@register.inclusion_tag("organization/tabs.html", takes_context=True)
def organization_tabs(context: Context, current: str) -> dict[str, Any]:
    """The organisation's pages that the viewer may open."""
    user = context["request"].user
    tabs = (
        ("units", _("Units"), "network", can_view_organization),
        ("people", _("People"), "users", can_view_organization),
        ("positions", _("Positions"), "briefcase", can_view_organization),
        ("users", _("Users"), "user-cog", can_view_users),
        ("access", _("Roles and access"), "shield", can_view_users),
        ("settings", _("Company and calendar"), "settings", can_view_company),
    )
    shown = [
        {"url": reverse(name), "label": label, "icon": icon, "on": name == current}
        for name, label, icon, allowed in tabs
        if allowed(user)
    ]
    sales = _address("sales_settings")  # the pipeline's own page, where that room exists
    if sales and holds(user, Role.ADMINISTRATOR, Role.SALES_OPERATIONS, Role.DIRECTOR, Role.AUDITOR):
        shown.append({"url": sales, "label": _("Sales settings"), "icon": "workflow", "on": False})
    return {"tabs": shown}


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def may_manage_users(context: Context) -> bool:
    """Whether the viewer administers users."""
    return can_manage_users(context["request"].user)


@register.filter
def sees(role: str) -> str:
    """How far a role sees, in words."""
    if role in SEES_EVERYTHING:
        return _("everything")
    if role == Role.MANAGER:
        return _("his units and all below")
    if role == Role.PRODUCT_MANAGER:
        return _("his own, and the product lines given to him")
    if role == Role.HR:
        return _("all people, his own customers and deals")
    return _("his own")


@register.filter
def opens(kind: str) -> str:
    """What a kind of grant opens, in words."""
    return str(AccessKind(kind).label)
