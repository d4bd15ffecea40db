"""Plan letters: sent, opened, accepted or declined. What was sent is what was answered, to the last word."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from tiji.apps.incentives.models import PlanLetter, PlanVersion, Run
from tiji.apps.incentives.permissions import ACCEPTANCE_FIRST, can_answer_letter, can_send_letters
from tiji.apps.incentives.selectors.letters import newest_letters, reached_by, unaccepted
from tiji.apps.incentives.services.letter_mail import Link, mail_letters
from tiji.apps.organization.models import Person, User
from tiji.shared import audit
from tiji.shared.audit import Deed
from tiji.shared.errors import Conflict, DomainError
from tiji.shared.files import store_file
from tiji.shared.locks import exclusive
from tiji.shared.papers import Facts, Heading, Paper, Text, paper_from_dict, paper_to_dict
from tiji.shared.pdf import pdf_of
from tiji.shared.permissions import require
from tiji.shared.settings_store import setting

Write = Callable[[Person, str], Paper]
NAMED = 5


@transaction.atomic
def send_letters(
    *, actor: User, version: PlanVersion, people: Iterable[Person], on: date, at: datetime, write: Write, link: Link
) -> list[PlanLetter]:
    """Put a version to people it pays, and mail them; who has a letter of it that stands gets no second one.

    `write` puts the version into words for a person in a language; `link` is the address of a letter in the mail.
    Raises: NotAllowed, DomainError for somebody whom the version does not pay.
    """
    require(can_send_letters(actor, version), deny())
    exclusive(f"incentives.letters.{version.pk}")
    wanted = {person.pk: person for person in people}
    strangers = set(wanted) - reached_by(version, on)
    if strangers:
        names = _(", ").join(sorted(wanted[key].name for key in strangers)[:NAMED])
        told = _("This version does not pay %(people)s. Assign the plan to them first.")
        raise DomainError(told % {"people": names}, field="person_ids")
    last = newest_letters(version, wanted)
    rest = [person for key, person in wanted.items() if key not in last or last[key].declined_at]
    spoken = languages_of(rest)
    rows = [_letter(actor, version, person, write(person, spoken[person.pk]), at) for person in rest]
    sent: list[PlanLetter] = PlanLetter.objects.bulk_create(rows)
    deeds = [Deed("plan_letter.sent", row, None, {"person": row.person_id, "sha256": row.digest}) for row in sent]
    audit.record_many(deeds, actor=actor)
    _mail(sent, link, "letter", "mailed_at", at)
    return sent


def _letter(actor: User, version: PlanVersion, person: Person, paper: Paper, at: datetime) -> PlanLetter:
    content = paper_to_dict(paper)
    return PlanLetter(
        plan_version=version, person=person, content=content, digest=paper.digest, sent_at=at, sent_by=actor
    )


def languages_of(people: Iterable[Person]) -> dict[int, str]:
    """Person → the language in which he reads: his own, else the installation's."""
    keys = [person.pk for person in people]
    chosen = dict(User.objects.filter(person_id__in=keys).values_list("person_id", "language"))
    return {key: chosen.get(key) or settings.LANGUAGE_CODE for key in keys}


def _mail(letters: list[PlanLetter], link: Link, name: str, column: str, at: datetime) -> None:
    keys = [letter.pk for letter in letters]
    transaction.on_commit(partial(mail_letters, keys, link, name, column, at), robust=True)


@transaction.atomic
def remind_letters(*, actor: User, letters: Iterable[PlanLetter], at: datetime, link: Link) -> list[PlanLetter]:
    """Mail those again who have not answered. Returns their letters. Raises: NotAllowed."""
    waiting = [letter for letter in letters if letter.is_open]
    for version in {letter.plan_version for letter in waiting}:
        require(can_send_letters(actor, version), deny())
    audit.record_many([Deed("plan_letter.reminded", row) for row in waiting], actor=actor)
    _mail(waiting, link, "reminder", "reminded_at", at)
    return waiting


@transaction.atomic
def open_letter(*, actor: User, letter: PlanLetter, at: datetime) -> PlanLetter:
    """Whom the letter is for has it before his eyes; the first time counts. For everybody else nothing happens."""
    if letter.opened_at or not letter.is_open or not can_answer_letter(actor, letter):
        return letter
    row = _locked(letter)
    if row.opened_at is None and row.is_open:
        _moved(actor, row, "plan_letter.opened", opened_at=at)
    return row


@transaction.atomic
def accept_letter(*, actor: User, letter: PlanLetter, name: str, digest: str, at: datetime) -> PlanLetter:
    """The payee accepts what `digest` says he saw, with his name; the accepted letter is stored as PDF.

    Raises: NotAllowed, DomainError, Conflict if it is not what the letter says.
    """
    row = _to_answer(actor, letter)
    if _bare(name) != _bare(row.person.name):
        told = _("Type your name as it stands in the letter: %(name)s.") % {"name": row.person.name}
        raise DomainError(told, field="name")
    paper = paper_from_dict(row.content)
    if not (digest == row.digest == paper.digest):
        raise Conflict(_("This is not the letter that you were shown. Open it again and read it."), code="digest")
    facts = {"opened_at": row.opened_at or at, "accepted_at": at, "accepted_name": name.strip()}
    stamped = pdf_of(accepted_paper(paper, row.person, name.strip(), at))
    file = store_file(actor=actor, upload=ContentFile(stamped, name=letter_name(row)), thing=row)  # type: ignore[arg-type]
    return _moved(actor, row, "plan_letter.accepted", **facts, file=file)


@transaction.atomic
def decline_letter(*, actor: User, letter: PlanLetter, reason: str, at: datetime) -> PlanLetter:
    """The payee does not accept, and says why. Raises: NotAllowed, DomainError."""
    row = _to_answer(actor, letter)
    if not reason.strip():
        raise DomainError(_("Say what keeps you from accepting; sales operations read it."), field="reason")
    facts = {"opened_at": row.opened_at or at, "declined_at": at, "declined_reason": reason.strip()}
    return _moved(actor, row, "plan_letter.declined", **facts)


def require_accepted(run: Run) -> None:
    """Where the company wants it: pay is posted only when everybody it goes to has accepted his plan.

    Raises: DomainError that names who is missing.
    """
    if not setting(ACCEPTANCE_FIRST, run.pay_period.starts_on):
        return
    missing = list(unaccepted(run).values_list("name", flat=True))
    if missing:
        more = _(" and %(count)s more") % {"count": len(missing) - NAMED} if len(missing) > NAMED else ""
        told = _("Pay waits until plans are accepted. Not yet by: %(people)s%(more)s. Remind them of their letters.")
        raise DomainError(told % {"people": _(", ").join(missing[:NAMED]), "more": more}, code="not-accepted")


def accepted_paper(paper: Paper, person: Person, name: str, at: datetime) -> Paper:
    """The letter with its acceptance: by whom, when, and the hash of what he accepted."""
    with override(paper.language):
        facts = Facts(
            (
                (_("Accepted by"), f"{name} ({person})" if name != person.name else name),
                (pgettext("letter", "Accepted"), f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %z}"),
            )
        )
        hashed = Text(_("SHA-256 of the letter: %(digest)s") % {"digest": paper.digest}, "muted")
        parts = (*paper.parts, Heading(_("Acceptance")), facts, hashed)
    return Paper(paper.issuer, paper.title, paper.subtitle, paper.language, parts)


def letter_name(letter: PlanLetter) -> str:
    """What the file is called."""
    return f"plan-letter-{letter.plan_version.plan.code}-v{letter.plan_version.number}-{letter.person_id}.pdf"


def deny() -> Any:
    """What is told to whoever may not send letters."""
    return _("Only sales operations and the director send plan letters. Ask them.")


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


def _locked(letter: PlanLetter) -> PlanLetter:
    rows = PlanLetter.objects.select_for_update(of=("self",)).select_related("person", "plan_version__plan")
    found: PlanLetter = rows.get(pk=letter.pk)
    return found


def _to_answer(actor: User, letter: PlanLetter) -> PlanLetter:
    require(can_answer_letter(actor, letter), _("Only whom the letter is for answers it."))
    row = _locked(letter)
    if not row.is_open:
        raise DomainError(_("This letter is answered already."), code="answered")
    return row


def _moved(actor: User, row: PlanLetter, action: str, **facts: Any) -> PlanLetter:
    before = audit.snapshot(row, facts)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))
    audit.record(action, row, *audit.changes(before, row), actor=actor)
    return row
