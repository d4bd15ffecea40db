"""Plan letters: a version put into words for one person, the board of a version's letters, and the letter's page."""

from collections import defaultdict
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tiji.apps.commerce.models import Measure
from tiji.apps.incentives.models import LetterState, PlanLetter, PlanVersion, Quota
from tiji.apps.incentives.pages.plans import PlanCard, plan_card
from tiji.apps.incentives.permissions import can_answer_letter, can_send_letters
from tiji.apps.incentives.selectors.letters import (
    NOT_SENT,
    letter_counts,
    newest_letters,
    own_letters,
    people_reached,
    reached_by,
)
from tiji.apps.incentives.selectors.quotas import standing_quotas
from tiji.apps.incentives.services.letters import send_letters
from tiji.apps.organization.models import Person, User
from tiji.apps.organization.selectors.company import company, fiscal_calendar
from tiji.kernel.commission import plan_from_dict
from tiji.shared import papers
from tiji.shared.files import open_file
from tiji.shared.papers import Bullets, Facts, Heading, Paper, Part, Table, Text, paper_from_dict
from tiji.shared.pdf import pdf_of
from tiji.ui import formats
from tiji.ui.filters import Choice, Search
from tiji.ui.lists import Column, Empty, ListPage

STATES = [(NOT_SENT, pgettext_lazy("letter", "Not sent")), *LetterState.choices]
TONES = {"sent": "brand", "opened": "warn", "accepted": "good", "declined": "bad", NOT_SENT: "idle"}


class LetterWriter:
    """Puts a version of a plan into words for one person after the other; what is the same for all is written once."""

    def __init__(self, version: PlanVersion, on: date) -> None:
        self.version, self.on = version, on
        self.said: dict[str, tuple[Part, ...]] = {}

    @cached_property
    def quotas(self) -> dict[int, list[Quota]]:
        """The quotas of everybody the version pays, of the fiscal year of its first day or today, the later of them."""
        year = fiscal_calendar().year_of(max(self.version.valid_from, self.on))
        measures = [part.quota.code for part in plan_from_dict(self.version.document).components if part.quota]
        rows = standing_quotas(person_id__in=reached_by(self.version, self.on), measure__in=measures)
        found: dict[int, list[Quota]] = defaultdict(list)
        for row in rows.filter(period__startswith=f"{year}-").order_by("measure", "period"):
            found[row.person_id].append(row)
        return found

    def __call__(self, person: Person, language: str) -> Paper:
        """The letter of one person, in a language."""
        with override(language):
            if language not in self.said:
                self.said[language] = tuple(_said(plan_card(self.version.plan, self.version.number)))
            plan, home = self.version.plan, company()
            facts = (
                (gettext("For"), person.name),
                (pgettext("pay", "Plan"), f"{plan.label} v{self.version.number}"),
                (gettext("Valid from"), f"{self.version.valid_from:%Y-%m-%d}"),
                (gettext("Written on"), f"{self.on:%Y-%m-%d}"),
            )
            title = gettext("Plan letter: %(plan)s") % {"plan": plan.label}
            parts = (Facts(facts), *self.said[language], *_quotas(self.quotas[person.pk]), *_closing())
            return Paper(home.label, title, f"{person.name} · v{self.version.number}", language, parts)


def _said(card: PlanCard) -> list[Part]:
    """What the plan says: each component in sentences and its rates, then the plan's tables."""
    parts: list[Part] = []
    for one in card.words.components:
        parts += [Heading(one.title), Bullets(tuple(map(str, one.sentences)))]
        if one.steps:
            heads = (
                papers.Column(pgettext("pay", "Total"), 30),
                papers.Column(pgettext("pay", "Rate"), 12, right=True),
            )
            parts.append(Table(heads, tuple((str(step["reach"]), str(step["rate"])) for step in one.steps)))
    for table in card.words.tables:
        heads = (papers.Column(pgettext("pay", "Reach"), 30), papers.Column(pgettext("pay", "Value"), 12, right=True))
        parts += [Heading(gettext("Table %(name)s") % {"name": table.name}), Table(heads, tuple(table.rows))]
    for told in card.words.month:
        parts += [Heading(str(told.title)), Bullets(tuple(map(str, told.sentences)))]
    return parts


def _quotas(rows: list[Quota]) -> list[Part]:
    if not rows:
        return []
    measures = dict(Measure.choices)
    heads = (
        papers.Column(gettext("Measure"), 16),
        papers.Column(gettext("Period"), 12),
        papers.Column(gettext("Quota"), 16, right=True),
    )
    cells = tuple(
        (str(measures.get(row.measure, row.measure)), row.period, formats.money_full(row.amount, row.currency))
        for row in rows
    )
    return [Heading(gettext("Your quotas as they stand today")), Table(heads, cells)]


def _closing() -> list[Part]:
    told = gettext("Whoever accepts this letter says that he has read the plan above and is paid by it.")
    return [Text(told, "muted")]


def letter_link(request: HttpRequest) -> Any:
    """The address of a letter, for mails."""
    return lambda letter: request.build_absolute_uri(letter.get_absolute_url())


def latest(name: str) -> Any:
    """A column of the newest letter of the row's person."""
    return lambda row: getattr(row.letter, name) if row.letter else None


def state_of(row: Any) -> str:
    key = row.letter.state if row.letter else NOT_SENT
    return str(dict(STATES)[key])


def named(rows: Any, text: str) -> Any:
    """By name, or by the first letters of its pinyin."""
    return rows.filter(Q(name__icontains=text) | Q(initials__istartswith=text.lower()))


class LetterBoard(ListPage):
    """Everybody whom a version pays, and how far his letter has come."""

    name, title, noun = "plan_letters", _("Plan letters"), _("people")
    template = "incentives/letters.html"
    default_sort = "sort_key"
    columns = (
        Column("person", _("Person"), show="who", value="name"),
        Column("state", _("State"), cell="incentives/cells/letter_state.html", value=state_of),
        Column("sent", pgettext_lazy("letter", "Sent"), show="day", value=latest("sent_at")),
        Column("mailed", _("Mailed"), show="day", value=latest("mailed_at")),
        Column("reminded", _("Reminded"), show="day", value=latest("reminded_at")),
        Column("opened", pgettext_lazy("letter", "Opened"), show="day", value=latest("opened_at")),
        Column("accepted", pgettext_lazy("letter", "Accepted"), show="day", value=latest("accepted_at")),
        Column("name", _("Name typed"), value=latest("accepted_name"), shown=False),
        Column("reason", _("Reason"), value=latest("declined_reason")),
        Column("digest", "SHA-256", value=latest("digest"), shown=False),
    )
    filters = (
        Search(label=_("Name, pinyin"), apply_with=named),
        Choice(key="state", label=_("State"), options=STATES, apply_with=lambda rows, value: rows.filter(state=value)),
    )
    empty: ClassVar[Empty] = Empty(_("This version pays nobody"), _("Assign the plan, then send its letters."), "mail")

    def __init__(self, request: HttpRequest, version: PlanVersion, on: date) -> None:
        super().__init__(request, version=version, plan=version.plan)
        self.version, self.on = version, on

    def rows(self) -> "QuerySet[Any, Any]":
        last = PlanLetter.objects.filter(plan_version=self.version, person_id=OuterRef("pk")).order_by("-pk")
        state = Case(
            When(accepted_at__isnull=False, then=Value("accepted")),
            When(declined_at__isnull=False, then=Value("declined")),
            When(opened_at__isnull=False, then=Value("opened")),
            default=Value("sent"),
        )
        found = last.annotate(state_now=state).values("state_now")[:1]
        known = Coalesce(Subquery(found), Value(NOT_SENT))
        return people_reached(self.version, self.on).annotate(state=known)  # type: ignore[no-any-return]

    def decorate(self, rows: list[Any]) -> list[Any]:
        found = newest_letters(self.version, (row.pk for row in rows))
        for row in rows:
            row.letter = found.get(row.pk)
        return rows

    def row_url(self, row: Any) -> str:
        return reverse("plan_letter", args=[row.letter.pk]) if row.letter else ""

    def context(self) -> dict[str, Any]:
        counts = letter_counts(self.version, self.on)
        waiting = counts["sent"] + counts["opened"]
        return {
            "counts": {name: counts[name] for name, _label in STATES},
            "unsent": counts[NOT_SENT],
            "waiting": waiting,
            "versions": self.version.plan.versions.order_by("-number"),
            "can_send": can_send_letters(self.request.user, self.version),
        }


class OwnLetters(ListPage):
    """The letters somebody was sent."""

    name, title, noun = "own_letters", _("My plan letters"), _("letters")
    template = "incentives/own_letters.html"
    default_sort = "-sent_at"
    columns = (
        Column(
            "plan",
            pgettext_lazy("pay", "Plan"),
            value=lambda row: f"{row.plan_version.plan.label} v{row.plan_version.number}",
        ),
        Column("state", _("State"), cell="incentives/cells/letter_state.html", value=lambda row: row.state.label),
        Column("sent", pgettext_lazy("letter", "Sent"), show="day", sort="sent_at", value="sent_at"),
        Column("accepted", pgettext_lazy("letter", "Accepted"), show="day", value="accepted_at"),
    )
    empty: ClassVar[Empty] = Empty(_("No letter yet"), _("The plan that pays you is put to you here."), "mail")

    def rows(self) -> "QuerySet[Any, Any]":
        user: Any = self.request.user
        return own_letters(user)


def letter_page(letter: PlanLetter, viewer: User) -> dict[str, Any]:
    """The letter with what may be done with it."""
    return {
        "letter": letter,
        "paper": paper_from_dict(letter.content),
        "sections": sections(paper_from_dict(letter.content)),
        "tone": TONES[letter.state],
        "can_answer": letter.is_open and can_answer_letter(viewer, letter),
        "can_remind": letter.is_open and can_send_letters(viewer, letter.plan_version),
        "on": timezone.localdate(),
    }


def sections(paper: Paper) -> list[dict[str, Any]]:
    """The paper's parts below their headings, each with the word that the template asks for."""
    found: list[dict[str, Any]] = [{"title": "", "parts": []}]
    for part in paper.parts:
        if isinstance(part, Heading):
            found.append({"title": part.text, "parts": []})
        else:
            found[-1]["parts"].append({"kind": type(part).__name__.lower(), "part": part, "rows": _cells(part)})
    return found


def _cells(part: Part) -> list[list[tuple[str, bool]]]:
    """A table's cells, each with whether it is set to the right."""
    if not isinstance(part, Table):
        return []
    return [[(cell, column.right) for cell, column in zip(row, part.columns, strict=True)] for row in part.rows]


def send_version(
    *, actor: User, version: PlanVersion, people: list[Person], request: HttpRequest, on: date
) -> list[PlanLetter]:
    """Put a version to people in words of their own language. Raises: NotAllowed, DomainError."""
    return send_letters(
        actor=actor,
        version=version,
        people=people,
        on=on,
        at=timezone.now(),
        write=LetterWriter(version, on),
        link=letter_link(request),
    )


def letter_pdf(viewer: Any, letter: PlanLetter) -> bytes:
    """What was accepted, as it was stored then; until then what the letter says. Raises: NotFound."""
    if letter.file:
        with open_file(viewer, letter.file) as file:
            return file.read()
    return pdf_of(paper_from_dict(letter.content))
