"""The entry of the navigation that is current on a page, and what the frame says of the demo."""

import re

import pytest
from django.urls import reverse

from tiji.apps.organization.models import Company
from tiji.apps.organization.selectors import company as company_facts
from tiji.config.shell_facts import in_demo_mode

CURRENT = re.compile(r'<a class="nav"[^>]*href="([^"]+)"[^>]*aria-current="page"')


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        ("board", "opportunities"),
        ("opportunities", "opportunities"),
        ("funnel", "funnel"),
        ("cockpit", "home"),
        ("positions", "organization"),
        ("users", "organization"),
        ("access", "organization"),
        ("settings", "organization"),
        ("sales_settings", "organization"),
        ("price_books", "products"),
        ("contacts", "accounts"),
    ],
)
def test_a_page_lights_up_its_entry(client, adam, page, entry):
    client.force_login(adam)
    assert CURRENT.findall(client.get(reverse(page)).content.decode()) == [reverse(entry)]


def test_no_entry_is_current_on_the_pages_of_the_account(client, adam):
    client.force_login(adam)
    assert CURRENT.findall(client.get(reverse("usersessions_list")).content.decode()) == []


@pytest.mark.parametrize(("mode", "is_demo", "said"), [(True, True, True), (True, False, False), (False, True, False)])
def test_only_the_demo_company_in_demo_mode_is_called_so(company, settings, monkeypatch, mode, is_demo, said):
    settings.DEMO_MODE = mode
    Company.objects.update(is_demo=is_demo)
    company_facts.forget_company()
    assert in_demo_mode() is said
