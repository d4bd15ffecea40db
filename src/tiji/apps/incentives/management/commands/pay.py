"""`tiji pay run 2026-10`: compute a month's pay, with the stages and their rows as they go. `compute`: a plan over
files, without a company. `model`: what a changed plan would have paid. `explain`: why a line pays what it pays.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.incentives.display.runs import NAMES, rows_text
from tiji.apps.incentives.display.watching import run_pay_openly
from tiji.apps.incentives.management.explaining import add_explain, explain_openly
from tiji.apps.incentives.management.modelling import add_model, model_openly
from tiji.apps.incentives.services.pay_files import compute_files, window_of
from tiji.apps.incentives.services.progress import STAGES
from tiji.apps.organization.models import Assignment, Role, User
from tiji.apps.organization.selectors.company import fiscal_calendar
from tiji.shared.errors import DomainError
from tiji.shared.request_context import acting


class Command(BaseCommand):
    help = "Run the pay of a month, or compute a plan over files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        run = what.add_parser("run", help="compute a month as its next version; unchanged inputs write nothing")
        run.add_argument("month", help="2026-10, or the fiscal month's key 2026-M10")
        run.add_argument("--as", dest="email", default="", help="e-mail of the user in whose name it is done")

        add_model(what)
        add_explain(what)

        files = what.add_parser("compute", help="compute a plan over files, without a company or a database")
        files.add_argument("--plan", type=Path, required=True, help="the plan, as YAML")
        files.add_argument("--events", type=Path, required=True, help="Parquet or CSV with the columns of events")
        files.add_argument("--shares", type=Path, help="who holds which share of a subject; each its own without")
        files.add_argument("--quotas", type=Path, help="the amounts that attainment is measured against")
        files.add_argument(
            "--facts", type=Path, help="what is known of payees: payee_id, name, valid_from, valid_until, value"
        )
        files.add_argument(
            "--payees", type=Path, help="whom the plan pays, and when; whoever has a line or fact without"
        )
        files.add_argument("--balances", type=Path, help="balances.parquet of the month before")
        files.add_argument("--from", dest="start", type=date.fromisoformat, help="the first day that is paid")
        files.add_argument("--until", dest="end", type=date.fromisoformat, help="the first day that is not")
        files.add_argument("--engine", default="", help="duckdb, local[2] or spark://host:7077; TIJI_ENGINE without")
        files.add_argument("--out", type=Path, required=True, help="the folder that the tables are written to")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "compute":
            self._compute(**options)
        elif options["what"] == "model":
            self._openly(model_openly, **options)
        elif options["what"] == "explain":
            self._openly(explain_openly, **options)
        else:
            self._run(**options)

    def _compute(self, **options: Any) -> None:
        clock = _Clock(self.stdout)
        paths = {name: options[name] for name in _FILES}
        try:
            window = window_of(options["start"], options["end"])
            done = compute_files(**paths, window=window, engine=options["engine"], told=clock.begin)
        except DomainError as error:
            raise CommandError(str(error)) from error
        finally:
            clock.end()
        facts = {"lines": done.rows["trace"], "folder": done.folder, "problems": done.problems}
        text = _("%(lines)s lines, %(problems)s without a quota; written to %(folder)s")
        self.stdout.write(self.style.SUCCESS(text % facts))

    def _openly(self, act: Callable[..., None], **options: Any) -> None:
        """Do it in the name of a user, and write what comes of it."""
        actor = self._actor(options.pop("email"))
        try:
            act(actor, self.stdout.write, **options)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _run(self, **options: Any) -> None:
        actor, clock = self._actor(options["email"]), _Clock(self.stdout)
        try:
            with acting(actor, "command"):
                period = _key_of(options["month"])
                done = run_pay_openly(actor=actor, period=period, on=timezone.localdate(), told=clock.begin)
        except DomainError as error:
            raise CommandError(str(error)) from error
        finally:
            clock.end()
        run = done.run
        facts = {"number": run.number, "lines": run.lines, "people": run.people, "problems": run.problems}
        text = _("Version %(number)s: %(lines)s lines of %(people)s people, %(problems)s without a quota")
        if not done.written:
            text = _("Nothing has changed since version %(number)s: nothing was written.")
        self.stdout.write(self.style.SUCCESS(text % facts))

    def _actor(self, email: str) -> User:
        people = User.objects.filter(is_active=True).order_by("pk")
        named = people.filter(email__iexact=email) if email else people.filter(_operations(timezone.localdate()))
        user: User | None = named.first()
        if user is None:
            raise CommandError(_("There is no such user. Name one of sales operations with --as."))
        return user


_FILES = ("plan", "events", "out", "shares", "quotas", "facts", "payees", "balances")


class _Clock:
    """A bar of the stages: each with its rows as it begins, and its seconds when the next one does."""

    def __init__(self, out: Any) -> None:
        self._out, self._at, self._stage = out, perf_counter(), ""

    def begin(self, stage: str, rows: int) -> None:
        self.end()
        self._at, self._stage = perf_counter(), stage
        full = STAGES.index(stage)
        bar = "█" * full + "·" * (len(STAGES) - full)
        self._out.write(f"[{bar}] {NAMES[stage]} … {rows_text(rows)}", ending="")
        self._out.flush()

    def end(self) -> None:
        if self._stage:
            self._out.write(f"  {perf_counter() - self._at:.2f} s")
        self._stage = ""


def _operations(on: date) -> Q:
    """Users of sales operations, by a grant or by the position that they hold."""
    seats = Assignment.objects.on(on).filter(position__role=Role.SALES_OPERATIONS)
    return Q(role_grants__role=Role.SALES_OPERATIONS) | Q(person_id__in=seats.values("person_id"))


def _key_of(month: str) -> str:
    """A calendar month such as 2026-10 as the fiscal month's key; anything else as it is."""
    try:
        return fiscal_calendar().period_of(date.fromisoformat(f"{month}-01"), "month").key
    except ValueError:
        return month
