"""Texts that name something that is there already: people, customers, stages, products … in one query a kind."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
from babel import Locale
from django.utils.translation import gettext_lazy as _

from tiji.apps.catalog.models import Product
from tiji.apps.customers.models import Account, Division, Industry
from tiji.apps.customers.models.credit_codes import plain_credit_code
from tiji.apps.customers.models.names import same_name_key
from tiji.apps.exchange.services.imports.context import Context
from tiji.apps.exchange.services.imports.headings import normal
from tiji.apps.exchange.services.imports.values import Read, by_text
from tiji.apps.organization.models import Person
from tiji.apps.pipeline.models import CloseReason, Opportunity, SalesProcess, Stage
from tiji.apps.pipeline.selectors.processes import default_process

TWICE = object()
WON = {"won", "closedwon", "赢单", "成交", "已成交", "签约", "已签约", "赢单关闭"}
LOST = {"lost", "closedlost", "输单", "丢单", "失败", "输单关闭", "无效"}


def look_up(column: pa.Array, kind: str, context: Context) -> Read:
    """Keys of what each text names. A text that names nothing, or two things, is wrong."""
    find, arrow = FINDERS[kind]
    return by_text(column, find(context), arrow)


class Names(dict[str, Any]):
    """Words and what they name; a word that two things share names neither. Earlier words win over later ones."""

    def learn(self, pairs: Iterable[tuple[str, Any]]) -> None:
        fresh: dict[str, Any] = {}
        for word, thing in pairs:
            if word:
                fresh[word] = TWICE if fresh.get(word, thing) != thing else thing
        for word, thing in fresh.items():
            self.setdefault(word, thing)

    def ask(self, word: str, unknown: Any, twice: Any) -> Any:
        """Messages are lazy: nearly every text names something. Raises: ValueError with what to do."""
        found = self.get(word)
        if found is None:
            raise ValueError(str(unknown))
        if found is TWICE:
            raise ValueError(str(twice))
        return found


def find_person(context: Context) -> Callable[[str], Any]:
    """By key in the source, staff number, e-mail, then name."""
    names = Names()
    rows: Any = Person.objects.filter(archived_at__isnull=True)
    told = list(rows.values_list("pk", "external_source", "external_key", "number", "email", "user__email", "name"))
    names.learn((key.casefold(), pk) for pk, source, key, *_rest in told if source == context.source)
    names.learn((number.casefold(), pk) for pk, _s, _k, number, *_rest in told)
    names.learn((email.casefold(), pk) for pk, *_rest, email, _signs, _name in told)
    names.learn((email.casefold(), pk) for pk, *_rest, email, _name in told if email)
    names.learn((" ".join(name.casefold().split()), pk) for pk, *_rest, name in told)

    def find(text: str) -> Any:
        return names.ask(
            " ".join(text.casefold().split()),
            _("Nobody here is called so. Add the person, or write a name, number or e-mail that is known."),
            _("Several people are called so. Write the staff number or e-mail."),
        )

    return find


def find_account(context: Context) -> Callable[[str], Any]:
    """By key in the source, number, credit code, then name."""
    names = Names()
    rows: Any = Account.objects.filter(archived_at__isnull=True)
    told = list(rows.values_list("pk", "external_source", "external_key", "number", "credit_code", "name_key"))
    names.learn((f"key:{key}", pk) for pk, source, key, *_rest in told if key and source == context.source)
    names.learn((f"no:{number}", pk) for pk, _s, _k, number, *_rest in told)
    names.learn((f"code:{code}", pk) for pk, *_rest, code, _name in told if code)
    names.learn((f"name:{name}", pk) for pk, *_rest, name in told if name)

    def find(text: str) -> Any:
        return names.ask(
            next((word for word in _account_words(text) if word in names), ""),
            _("There is no such customer. Load the customers first, or mend the name."),
            _("Several customers are called so. Write the number or key."),
        )

    return find


def _account_words(text: str) -> Iterator[str]:
    """What a text may mean, the surest first; the dearer ones are only worked out when the others fail."""
    yield f"key:{text}"
    yield f"no:{text}"
    yield f"code:{plain_credit_code(text)}"
    yield f"name:{same_name_key(text)}"


def find_industry(context: Context) -> Callable[[str], Any]:
    """By code or name in either language."""
    names = Names()
    told = list(Industry.objects.filter(archived_at__isnull=True).values_list("pk", "code", "name", "name_en"))
    for at in (1, 2, 3):
        names.learn((normal(row[at]), row[0]) for row in told)

    def find(text: str) -> Any:
        word = _("There is no such industry. Choose one of the list, or keep the column as an attribute.")
        return names.ask(normal(text), word, word)

    return find


def find_division(context: Context) -> Callable[[str], Any]:
    """By code, full name, name if it is the only one of its level, or a country in either language."""
    names = Names()
    told = list(Division.objects.values_list("code", "name", "full_name"))
    names.learn((normal(code), code) for code, _name, _full in told)
    names.learn((normal(full), code) for code, _name, full in told)
    for length in (2, 4, 6):
        names.learn((normal(name), code) for code, name, _full in told if len(code) == length and code.isdecimal())
    shorter = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "省", "市")
    for code, name, _full in told:
        if code.isdecimal() and len(code) <= 4:
            for suffix in shorter:
                if name.endswith(suffix) and len(name) - len(suffix) >= 2:
                    names.setdefault(normal(name.removesuffix(suffix)), code)
    countries = {code for code, _name, _full in told if code.isalpha()}
    for language in ("zh", "en"):
        territories = Locale(language).territories
        names.learn((normal(name), code) for code, name in territories.items() if code in countries)

    def find(text: str) -> Any:
        return names.ask(
            normal(text),
            _("There is no such region. Write province, city or county, or a country."),
            _("Several regions are called so. Write the province and city before it."),
        )

    return find


def find_product(context: Context) -> Callable[[str], Any]:
    """By key in the source, code, then name; spaces and case do not matter: GTXPro is GTX Pro."""
    names = Names()
    rows: Any = Product.objects.filter(archived_at__isnull=True)
    told = list(rows.values_list("pk", "external_source", "external_key", "code", "name", "name_en"))
    names.learn((normal(key), pk) for pk, source, key, *_rest in told if source == context.source)
    for at in (3, 4, 5):
        names.learn((normal(row[at]), row[0]) for row in told)

    def find(text: str) -> Any:
        return names.ask(
            normal(text),
            _("There is no such product. Add it, or write a code or name that is known."),
            _("Several products are called so. Write the code."),
        )

    return find


def process_of(context: Context) -> SalesProcess:
    """The sales process the file's stages belong to."""
    chosen = context.options.get("process")
    found: SalesProcess | None = SalesProcess.objects.filter(pk=chosen).first() if chosen else None
    return found or default_process(None)


def find_stage(context: Context) -> Callable[[str], Any]:
    """`stage:status` by code or name in either language; words for won and lost as other systems have them."""
    names = Names()
    stages = list(Stage.objects.filter(process=process_of(context), archived_at__isnull=True).order_by("position"))
    won = next((stage for stage in stages if stage.outcome == Stage.Outcome.WON), None)
    for at in ("name", "name_en", "code"):
        pairs = ((normal(getattr(stage, at)), f"{stage.pk}:{_status(stage)}") for stage in stages)
        names.learn(pairs)
    for text, code in (context.options.get("stages") or {}).items():
        names.update((normal(text), f"{stage.pk}:{_status(stage)}") for stage in stages if stage.code == code)
    if won is not None:
        names.learn((word, f"{won.pk}:won") for word in WON)
    names.learn((word, ":lost") for word in LOST)
    known = "、".join(str(stage) for stage in stages)

    def find(text: str) -> Any:
        message = _("There is no such stage in this sales process. It has: %(names)s.") % {"names": known}
        return names.ask(normal(text), message, message)

    return find


def _status(stage: Stage) -> str:
    won = stage.outcome == Stage.Outcome.WON
    return str(Opportunity.Status.WON if won else Opportunity.Status.OPEN)


def find_close_reason(context: Context) -> Callable[[str], Any]:
    """By code or name in either language."""
    names = Names()
    told = list(CloseReason.objects.filter(archived_at__isnull=True).values_list("pk", "code", "name", "name_en"))
    for at in (1, 2, 3):
        names.learn((normal(row[at]), row[0]) for row in told)

    def find(text: str) -> Any:
        word = _("There is no such close reason. Choose one of the list.")
        return names.ask(normal(text), word, word)

    return find


FINDERS: dict[str, tuple[Callable[[Context], Callable[[str], Any]], pa.DataType]] = {
    "person": (find_person, pa.int64()),
    "account": (find_account, pa.int64()),
    "industry": (find_industry, pa.int64()),
    "division": (find_division, pa.string()),
    "product": (find_product, pa.int64()),
    "stage": (find_stage, pa.string()),
    "close_reason": (find_close_reason, pa.int64()),
}
