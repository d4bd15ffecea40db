"""What is known of payees: the values that count, each until the next one."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa
from django.db.models import OuterRef, QuerySet, Subquery

from tiji.apps.incentives.models import PayFact, PlanVersion
from tiji.apps.organization.selectors.ids import among
from tiji.kernel.commission import FieldKind, Plan, plan_from_dict

FACT_SCHEMA = pa.schema(
    [
        pa.field("payee_id", pa.int64(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("valid_from", pa.date32(), nullable=False),
        pa.field("valid_until", pa.date32()),
        pa.field("value", pa.string(), nullable=False),
    ]
)


def standing_facts(**narrowed: Any) -> "QuerySet[Any, Any]":
    """The newest version of every value, narrowed as asked."""
    newer = PayFact.objects.filter(
        person_id=OuterRef("person_id"), name=OuterRef("name"), valid_from=OuterRef("valid_from")
    ).order_by("-number")
    rows = PayFact.objects.filter(**narrowed).filter(pk=Subquery(newer.values("pk")[:1]))
    return rows.select_related("person", "created_by")  # type: ignore[no-any-return]


def history_of(fact: PayFact) -> list[PayFact]:
    """Every value that the person ever had of this fact, the latest day first."""
    rows = PayFact.objects.filter(person_id=fact.person_id, name=fact.name).select_related("person", "created_by")
    return list(rows.order_by("-valid_from", "-number"))


def fact_table(plan: Plan, people: Iterable[int], until: date) -> pa.Table:
    """The plan's facts of these people that begin before `until`, each until the next one, in one query."""
    names = [fact.name for fact in plan.sheet.facts]
    if not names:
        return FACT_SCHEMA.empty_table()
    rows = PayFact.objects.filter(among("person_id", set(people)), name__in=names, valid_from__lt=until)
    ordered = rows.order_by("person_id", "name", "valid_from", "number")
    standing: dict[tuple[int, str, date], str] = {}
    for person, name, start, value in ordered.values_list("person_id", "name", "valid_from", "value"):
        standing[person, name, start] = value
    keys = list(standing)
    following = [*keys[1:], None]
    ends = [after[2] if after and after[:2] == key[:2] else None for key, after in zip(keys, following, strict=True)]
    columns = [[key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys], ends]
    return pa.table([*columns, list(standing.values())], schema=FACT_SCHEMA)


def known_facts() -> dict[str, FieldKind]:
    """The facts that the newest version of any plan in use asks for, with their kinds."""
    newest: dict[int, PlanVersion] = {}
    for version in PlanVersion.objects.filter(plan__archived_at__isnull=True).order_by("number"):
        newest[version.plan_id] = version
    plans = [plan_from_dict(version.document) for version in newest.values()]
    return {fact.name: fact.kind for plan in plans for fact in plan.sheet.facts}
