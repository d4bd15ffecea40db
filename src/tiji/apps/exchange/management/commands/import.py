"""`tiji import file PATH --kind accounts`: load a file, with the same steps as the page."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from tiji.apps.exchange.models import Import
from tiji.apps.exchange.selectors.imports import first_administrator
from tiji.apps.exchange.services.imports.context import Context
from tiji.apps.exchange.services.imports.fields import fields_of
from tiji.apps.exchange.services.imports.kinds import LOADERS
from tiji.apps.exchange.services.imports.lookups import find_person
from tiji.apps.exchange.services.imports.previews import Preview
from tiji.apps.exchange.services.imports.progress import STEPS
from tiji.apps.exchange.services.imports.running import (
    Chosen,
    choose,
    commit_import,
    fail_import,
    preview_import,
    sheet_of,
    start_import,
    wrong_rows,
)
from tiji.apps.exchange.services.imports.sets import SETS, load_set
from tiji.apps.exchange.services.imports.undo import undo_import
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError
from tiji.shared.request_context import acting

SHOWN = 20


class Command(BaseCommand):
    help = "Load customers, contacts and opportunities from files, or the whole set of a known system."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as", dest="email", default="", help="e-mail of the user in whose name it is done")
        what = parser.add_subparsers(dest="what", required=True)
        one = what.add_parser("file", help="one CSV or Excel file")
        one.add_argument("path", type=Path)
        one.add_argument("--kind", required=True, choices=[str(kind) for kind in LOADERS])
        one.add_argument("--source", default="", help="name of the system it comes from; its keys are kept under it")
        one.add_argument("--sheet", default="", help="sheet of a workbook; by default the one that looks right")
        one.add_argument("--map", action="append", default=[], metavar="HEADING=FIELD", help="map a column by hand")
        one.add_argument("--owner", default="", help="owner of rows without one: name, number or e-mail")
        one.add_argument("--skip-wrong-rows", action="store_true", help="load the good rows, leave the others out")
        one.add_argument("--preview", action="store_true", help="show what would happen and load nothing")
        one.add_argument("--errors", type=Path, help="where to write the wrong rows; by default beside the file")
        for name, known in SETS.items():
            group = what.add_parser(name, help=str(known.help))
            group.add_argument("path", type=Path, help="folder with the files")
        undo = what.add_parser("undo", help="take an import back")
        undo.add_argument("number", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = self._actor(options["email"])
        try:
            with acting(actor, "import"):
                if options["what"] == "file":
                    self._file(actor, options)
                elif options["what"] == "undo":
                    self._undo(actor, options["number"])
                else:
                    self._set(actor, options["what"], options["path"])
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _actor(self, email: str) -> User:
        found = User.objects.filter(email__iexact=email).first() if email else first_administrator()
        if found is None:
            raise CommandError(_("There is no such user. Name one with --as, or run `tiji init` first."))
        return found

    def _file(self, actor: User, options: dict[str, Any]) -> None:
        path, at = options["path"], timezone.now()
        upload = SimpleUploadedFile(path.name, self._bytes(path))
        told = {"kind": options["kind"], "source": options["source"], "sheet": options["sheet"]}
        imported = start_import(actor=actor, upload=upload, at=at, **told)
        mapping = dict(imported.mapping)
        for pair in options["map"]:
            heading, _equals, field = pair.partition("=")
            mapping = {one: name for one, name in mapping.items() if name != field} | {heading: field}
        chosen = Chosen(mapping, self._chosen_options(actor, options), self._bad_rows(options))
        try:
            imported = choose(actor=actor, imported=imported, chosen=chosen, at=at)
        except DomainError as error:
            raise CommandError(f"{error}\n{self._how_to_map(imported, mapping)}") from error
        self._say_what_was_read(imported)
        for heading, field in imported.mapping.items():
            self.stdout.write(f"  {heading} → {field}")
        preview = preview_import(actor=actor, imported=imported, at=at)
        self._show(preview)
        if preview.problems:
            self._write_errors(actor, imported, options)
        if not options["preview"]:
            self._commit(actor, imported)

    def _how_to_map(self, imported: Import, mapping: dict[str, str]) -> str:
        """The columns with what each is read as, and how to say it otherwise."""
        columns = [f"  {heading} → {mapping.get(heading) or '—'}" for heading in sheet_of(imported).headings]
        fields = ", ".join(fields_of(imported.kind))
        return "\n".join([*columns, _('Say it as --map "HEADING=FIELD". Fields: %(fields)s') % {"fields": fields}])

    def _say_what_was_read(self, imported: Import) -> None:
        """Which sheet of which, where a file has several."""
        sheets = imported.options.get("sheets", ())
        if len(sheets) > 1:
            told = {"sheet": imported.sheet, "names": ", ".join(sheets)}
            self.stdout.write(_("Sheet “%(sheet)s” of: %(names)s. Another one: --sheet NAME") % told)

    def _chosen_options(self, actor: User, options: dict[str, Any]) -> dict[str, Any]:
        if not options["owner"]:
            return {}
        try:
            return {"owner": find_person(Context(actor, options["source"] or "file", timezone.now()))(options["owner"])}
        except ValueError as error:
            raise CommandError(f"{options['owner']}: {error}") from error

    def _bad_rows(self, options: dict[str, Any]) -> str:
        return Import.BadRows.SKIP if options["skip_wrong_rows"] else Import.BadRows.REFUSE

    def _bytes(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(_("%(path)s cannot be read: %(reason)s") % {"path": path, "reason": error}) from error

    def _show(self, preview: Preview) -> None:
        for problem in preview.problems[:SHOWN]:
            place = _("row %(row)s, %(column)s") % {"row": problem.row, "column": problem.heading or "—"}
            self.stdout.write(f"  {place}: “{problem.value}” {problem.message}")
        if len(preview.problems) > SHOWN:
            self.stdout.write(_("  … and %(count)s more") % {"count": len(preview.problems) - SHOWN})
        self.stdout.write(self._line(preview.counts))

    def _line(self, counts: dict[str, int]) -> str:
        return _("%(created)s new, %(updated)s changed, %(unchanged)s unchanged, %(refused)s wrong") % counts

    def _write_errors(self, actor: User, imported: Import, options: dict[str, Any]) -> None:
        name, content = wrong_rows(actor=actor, imported=imported, at=timezone.now())
        target = options["errors"] or options["path"].with_name(name)
        target.write_bytes(content)
        self.stdout.write(_("The wrong rows are in %(path)s: mend them there and load that file.") % {"path": target})

    def _commit(self, actor: User, imported: Import) -> None:
        try:
            done = commit_import(actor=actor, imported=imported, at=timezone.now(), told=self._told)
        except DomainError as error:
            fail_import(imported=imported, message=str(error))
            raise
        self.stdout.write(_("Import %(number)s is loaded: %(counts)s.")
                          % {"number": done.pk, "counts": self._line(done.counts[done.kind])})  # fmt: skip

    def _set(self, actor: User, name: str, path: Path) -> None:
        done = load_set(actor=actor, name=name, path=path, at=timezone.now(), told=self._told)
        for kind, counts in done.counts.items():
            self.stdout.write(f"  {STEPS.get(kind, kind)}: {self._line(counts)}")
        self.stdout.write(_("Import %(number)s is loaded.") % {"number": done.pk})

    def _undo(self, actor: User, number: int) -> None:
        imported = Import.objects.filter(pk=number).first()
        if imported is None:
            raise CommandError(_("There is no import %(number)s.") % {"number": number})
        undo_import(actor=actor, imported=imported, at=timezone.now(), told=self._told)
        self.stdout.write(_("Import %(number)s is undone.") % {"number": number})

    def _told(self, step: str, done: int, of: int) -> None:
        """A bar that grows in place."""
        name = str(STEPS.get(step, step))
        wide = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in name)
        full = 30 * done // of if of else 30
        bar = f"[{'█' * full}{'·' * (30 - full)}] {done}/{of}"
        self.stderr.write(f"\r  {name}{' ' * (18 - wide)} {bar:<50}", ending="\n" if done >= of else "")
        self.stderr.flush()
