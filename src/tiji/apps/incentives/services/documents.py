"""A plan's document on its way in: read from YAML, checked by the kernel, and against what this company has."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from django.utils.translation import gettext as _

from tiji.apps.commerce.models import BusinessKind, Measure
from tiji.apps.incentives.problem_words import problem_text
from tiji.apps.incentives.selectors.crediting import MANAGER, ROLES
from tiji.apps.incentives.selectors.events import EVENT_FIELDS, EVENT_KINDS
from tiji.apps.organization.selectors.company import company
from tiji.kernel.commission import CreditRule, Plan, PlanError, PlanProblem, plan_from_dict, plan_to_dict
from tiji.shared.errors import DomainError

LONGEST = 100_000
_PLACE = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def read_plan(document: Mapping[str, Any] | str, *, code: str, number: int) -> Plan:
    """The plan that a document or its YAML text describes, as version `number` of the plan `code`.

    Raises: DomainError that names the path of everything wrong.
    """
    typed = document if isinstance(document, str) else ""
    found = from_yaml(document) if isinstance(document, str) else document
    plan, problems = checked_plan(found, code=code, number=number)
    if plan is None or problems:
        raise _refusal(problems, typed)
    return plan


def checked_plan(document: Mapping[str, Any], *, code: str, number: int) -> tuple[Plan | None, list[PlanProblem]]:
    """The plan that a document describes, if it stands, and everything wrong with it."""
    home = company()
    found = {**document, "code": code, "version": number}
    found.setdefault("currency", home.currency)
    found.setdefault("fiscal_start_month", home.fiscal_start_month)
    try:
        plan = plan_from_dict(_rolling_up(_plain(found)))
    except PlanError as error:
        return None, list(error.problems)
    return plan, list(_strangers(plan, home.fiscal_start_month))


def problems_told(problems: list[PlanProblem], typed: str = "") -> list[dict[str, Any]]:
    """Every problem with its path, its words, and its line in what was typed."""
    tree = yaml.compose(typed, Loader=_PlainLoader) if typed and problems else None
    lines = [(one, _line_of(tree, one.path)) for one in problems]
    return [
        {"path": one.path, "code": one.code, "message": problem_text(one, line), "line": line} for one, line in lines
    ]


def document_of(plan: Plan) -> tuple[dict[str, Any], str]:
    """The document as it is kept, every choice written out, and its hash."""
    document = plan_to_dict(plan)
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return document, hashlib.sha256(text.encode()).hexdigest()


def as_yaml(document: Mapping[str, Any]) -> str:
    """The document for people: what is empty or as usual is left out of sight by nobody, so all of it."""
    return yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False, width=110)


def kept_as_yaml(document: Mapping[str, Any]) -> str:
    """A document that is kept, in the order in which the kernel writes it: a database may give another."""
    return as_yaml(plan_to_dict(plan_from_dict(document)))


def from_yaml(text: str) -> dict[str, Any]:
    """A plan's document as typed; numbers with a point stay text. Raises: DomainError that names the line."""
    if len(text) > LONGEST:
        raise DomainError(_("A plan has at most 100,000 characters."), field="document")
    try:
        found = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader that reads no floats
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f"{where.line + 1}:{where.column + 1}" if where else "?"
        raise DomainError(
            _("This is not YAML: look at line %(line)s.") % {"line": line}, field="document", code="yaml"
        ) from error
    if not isinstance(found, dict):
        raise DomainError(_("A plan begins with lines such as “currency: CNY”."), field="document", code="yaml")
    return found


class _PlainLoader(yaml.SafeLoader):
    """Numbers with a point and dates stay the text that was typed: 0.035 is never a float. No anchors are followed."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "references are not used here", self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith((":float", ":timestamp"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _plain(value: Any) -> Any:
    """Dates and decimals of a caller as the text a document holds."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, date | Decimal) else value


def _rolling_up(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what goes without saying: everybody above an owner is credited for himself."""
    parts = document.get("components")
    for part in parts if isinstance(parts, list) else ():
        credit = part.get("credit") if isinstance(part, dict) else None
        if isinstance(credit, dict) and credit.get("role") == MANAGER and credit.get("sharing") is None:
            credit["sharing"] = "each"
    return document


def _strangers(plan: Plan, fiscal_start_month: int) -> list[PlanProblem]:
    """Words that the kernel allows and this company has nothing for."""
    found = []
    if plan.fiscal_start_month != fiscal_start_month:
        found.append(PlanProblem("fiscal_start_month", "fiscal_start", {"month": fiscal_start_month}))
    for field in plan.fields:
        where = f"fields.{field.name}"
        found += _known(where, [field.name], EVENT_FIELDS)
        if field.name in EVENT_FIELDS:
            found += _known(where, [field.kind], [EVENT_FIELDS[field.name]])
    intervals: dict[str, str] = {}
    for index, part in enumerate(plan.components):
        where = f"components[{index}]"
        found += _known(f"{where}.credit.event", list(part.credit.events), EVENT_KINDS)
        found += _known(f"{where}.credit.role", [part.credit.role], ROLES)
        found += _roll_up(f"{where}.credit", part.credit)
        if plan.by_month and part.pay.interval != "month":
            found.append(PlanProblem(f"{where}.pay.interval", "by_month"))
        found += _known(f"{where}.credit.business", part.credit.business, BusinessKind.values)
        if part.quota:
            found += _known(f"{where}.quota.code", [part.quota.code], Measure.values)
            if intervals.setdefault(part.quota.code, part.measure.interval) != part.measure.interval:
                facts = {"interval": intervals[part.quota.code]}
                found.append(PlanProblem(f"{where}.quota.code", "measured_twice", facts))
    return found


def _roll_up(where: str, rule: CreditRule) -> list[PlanProblem]:
    """What only a roll-up says, and what it cannot."""
    if rule.role == MANAGER:
        return [PlanProblem(f"{where}.sharing", "roll_up_each")] if rule.sharing != "each" else []
    said = {"levels": rule.levels is not None, "hierarchy": rule.hierarchy != "event"}
    return [PlanProblem(f"{where}.{name}", "only_roll_up", {"role": MANAGER}) for name, given in said.items() if given]


def _known(path: str, words: Any, known: Any) -> list[PlanProblem]:
    listed = ", ".join(known)
    return [PlanProblem(path, "not_here", {"word": word, "known": listed}) for word in words if word not in known]


def _refusal(problems: list[PlanProblem], typed: str) -> DomainError:
    """Everything wrong at its field: the plan's code at the code, the rest at the document, each with its line."""
    told = [{name: one[name] for name in ("path", "code", "message")} for one in problems_told(problems, typed)]
    fields: dict[str, list[str]] = {}
    for one in told:
        fields.setdefault("code" if one["path"] == "code" else "document", []).append(one["message"])
    placed = {name: "\n".join(texts) for name, texts in fields.items()}
    message = placed.get("document") or placed["code"]
    return DomainError(message, fields=placed, code="plan", problems=told)


def _line_of(node: Any, path: str) -> int | None:
    """The line on which the deepest part of the path stands that was typed."""
    line = None
    for name, index in _PLACE.findall(path):
        if isinstance(node, yaml.MappingNode) and name:
            found = next(((key, value) for key, value in node.value if key.value == name), None)
        elif isinstance(node, yaml.SequenceNode) and index and int(index) < len(node.value):
            found = (node.value[int(index)], node.value[int(index)])
        else:
            found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
