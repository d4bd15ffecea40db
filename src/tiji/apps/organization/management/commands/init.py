"""`tiji init --company 华岳智控 --currency CNY --fiscal-start 1`: a blank company."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from tiji.apps.organization.services.founding import fiscal_month, found_company
from tiji.shared.errors import DomainError
from tiji.shared.request_context import acting


class Command(BaseCommand):
    help = "Make the company of this database: its currency, fiscal year and first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", required=True, help="its name")
        parser.add_argument("--company-en", default="", help="its English name")
        parser.add_argument("--currency", required=True, help="for example CNY")
        parser.add_argument("--fiscal-start", default="1", help="the month in which the fiscal year begins: 1 to 12")
        parser.add_argument("--time-zone", default="Asia/Shanghai")
        parser.add_argument("--country", default="CN", help="whose working calendar it follows: CN, DE, …")
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "en"])
        parser.add_argument("--admin-email", default="", help="address with which the first administrator signs in")
        parser.add_argument("--admin-name", default="")
        parser.add_argument("--no-input", action="store_true", help="ask nothing; TIJI_ADMIN_PASSWORD is the password")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["admin_email"] or self._ask_email(options["no_input"])
        password = os.environ.get("TIJI_ADMIN_PASSWORD") or self._ask_password(options["no_input"])
        try:
            with acting(None, "command"):
                founded = found_company(
                    name=options["company"],
                    name_en=options["company_en"],
                    currency=options["currency"],
                    fiscal_start_month=fiscal_month(options["fiscal_start"]),
                    time_zone=options["time_zone"],
                    country=options["country"],
                    language=options["language"],
                    administrator_email=email,
                    administrator_name=options["admin_name"],
                    password=password,
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise CommandError("The database has no tables yet: run `tiji migrate` first.") from error
        self.stdout.write(f"{founded.company} is founded. Sign in as {founded.administrator.email}.")

    def _ask_email(self, silent: bool) -> str:
        if silent:
            raise CommandError("Say who administers: --admin-email name@example.com")
        return input("E-mail of the first administrator: ")

    def _ask_password(self, silent: bool) -> str:
        if silent:
            raise CommandError("Set TIJI_ADMIN_PASSWORD to the password of the first administrator.")
        return getpass.getpass("Password of the first administrator: ")
