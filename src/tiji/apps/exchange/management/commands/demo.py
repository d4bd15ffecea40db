"""`tiji demo`: set up the demo company and serve it."""

from datetime import date
from http import HTTPStatus
from http.cookiejar import CookieJar
from time import monotonic
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.exchange.services.demo.build import build_demo
from tiji.apps.exchange.services.demo.organization import PASSWORD
from tiji.apps.organization.models import Company, Role
from tiji.shared.serving import running_server, serve


class Command(BaseCommand):
    help = "Set up the demo company, if it is not there yet, and serve it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="web processes")
        parser.add_argument("--check", action="store_true", help="probe the home of every role and exit")
        parser.add_argument("--today", type=date.fromisoformat, help="the day on which the demo company lives")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        if not Company.objects.exists():
            self.stdout.write(_("Making the demo company …"))
            build_demo(today=options["today"] or timezone.localdate(), report=self._report)
        elif not Company.objects.get().is_demo:
            raise CommandError(_("This database holds a real company. Run the demo with another TIJI_DATA_DIR."))
        self.stdout.write(_("Ready after %(seconds)s s.") % {"seconds": round(monotonic() - begun)})
        if options["check"]:
            self._probe()
            return
        connection.close()
        where = {"host": options["host"], "port": options["port"], "password": PASSWORD}
        self.stdout.write(_("Open http://%(host)s:%(port)s and choose a role – stop with Ctrl+C.") % where)
        serve(host=options["host"], port=options["port"], workers=options["workers"], jobs=True)

    def _report(self, step: str) -> None:
        self.stdout.write(f"  {step}")
        self.stdout.flush()

    def _probe(self) -> None:
        """Serve, sign in as every role and open its home. Raises: CommandError naming the homes that did not open."""
        failed = []
        connection.close()
        with running_server() as url:
            for role in Role:
                status, page = home_of(url, role)
                verdict = status == HTTPStatus.OK and b"<main" in page
                self.stdout.write(f"  {role.value}: {status}{'' if verdict else ' FAILED'}")
                if not verdict:
                    failed.append(role.value)
        if failed:
            raise CommandError(_("These homes did not open: %(roles)s") % {"roles": ", ".join(failed)})


def home_of(url: str, role: str) -> tuple[int, bytes]:
    """What a browser gets that chooses the role on the sign-in page: status and page."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    try:
        browser.open(url + reverse("account_login")).read()
        token = next((cookie.value or "" for cookie in jar if cookie.name == settings.CSRF_COOKIE_NAME), "")
        sent = urlencode({"role": role, "csrfmiddlewaretoken": token}).encode()
        browser.open(Request(url + reverse("demo_sign_in"), sent, {"Referer": url})).read()  # noqa: S310 (our own server)
        with browser.open(url + reverse("home")) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()
