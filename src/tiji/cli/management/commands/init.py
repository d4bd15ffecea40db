"""`tiji init`: a blank company."""

import os
import sys
from getpass import getpass
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from tiji.apps.customers.services.divisions import load_divisions
from tiji.apps.customers.services.industries import found_industries
from tiji.apps.organization.services.founding import Founded, fiscal_month, found_company
from tiji.apps.pipeline.services.processes import found_processes
from tiji.shared.request_context import acting

NOBODY = "admin@localhost"


class Command(BaseCommand):
    help = "Make a blank company: tables, the company with its administrator, industries, divisions, sales processes."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", required=True, help="the company's name")
        parser.add_argument("--company-en", default="", help="its name in English")
        parser.add_argument("--currency", default="CNY", help="the currency of its books, such as CNY or USD")
        parser.add_argument("--fiscal-start", default="1", help="the month its fiscal year begins, 1 to 12")
        parser.add_argument("--time-zone", default="Asia/Shanghai", help="the zone of its business dates")
        parser.add_argument("--country", default="CN", help="the country of its working calendar, two letters")
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "en"])
        parser.add_argument("--admin-email", default="", help="with what the administrator signs in")
        parser.add_argument("--admin-name", default="", help="the administrator's name")
        parser.add_argument("--no-input", action="store_true", help="ask nothing, also at a terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        ask = sys.stdin.isatty() and not options["no_input"]
        options["admin_email"] = options["admin_email"] or (ask and input(_("Administrator's e-mail: "))) or NOBODY
        chosen = os.environ.get("TIJI_ADMIN_PASSWORD") or (ask and getpass(_("Administrator's password: ")))
        password = chosen or get_random_string(20)
        call_command("migrate", interactive=False, verbosity=0)
        with acting(None, "command"):
            founded = founded_company(options, password)
        self.stdout.write(_("“%(name)s” is ready.") % {"name": founded.company.name})
        facts = {"email": founded.administrator.email, "password": _("the one you chose") if chosen else password}
        self.stdout.write(_("Administrator: %(email)s, password: %(password)s") % facts)
        self.stdout.write(_("Start it with “tiji serve”."))


@transaction.atomic
def founded_company(options: dict[str, Any], password: str) -> Founded:
    """The company with everything that a blank one has. Raises: DomainError if there is one already."""
    founded = found_company(
        name=options["company"],
        name_en=options["company_en"],
        currency=options["currency"],
        fiscal_start_month=fiscal_month(options["fiscal_start"]),
        time_zone=options["time_zone"],
        country=options["country"],
        language=options["language"],
        administrator_email=options["admin_email"],
        administrator_name=options["admin_name"],
        password=password,
    )
    load_divisions()
    found_industries()
    found_processes()
    return founded
