"""What a list page is named after: its ready views, its actions on selected rows, and what it says when empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
NOTHING_YET = _("Nothing here yet")


@dataclass(frozen=True, slots=True)
class View:
    """A ready view of a list: a name for a query string, such as `View("mine", _("Mine"), "owner=me", "user")`."""

    key: str
    label: Text
    query: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Bulk:
    """An action on selected rows: opens the dialog of `url_name`, which gets the selection (`ListPage.selected`)."""

    key: str
    label: Text
    url_name: str
    icon: str = ""
    allowed: Callable[[Any], bool] = field(default=lambda user: True)


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says: what belongs here, and the first step."""

    title: Text = NOTHING_YET
    text: Text = ""
    icon: str = "inbox"
    action: Text = ""
    action_url: str = ""
    second: Text = ""
    second_url: str = ""
