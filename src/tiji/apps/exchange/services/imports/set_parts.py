"""What the loaders of known systems share: reading a file of the folder, loading one kind, products, the currency."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from django.utils.translation import gettext as _

from tiji.apps.catalog.models import Product, ProductLine
from tiji.apps.catalog.services.lines import create_product_line
from tiji.apps.catalog.services.products import insert_products
from tiji.apps.catalog.services.withdrawals import revive_product_lines, revive_products
from tiji.apps.exchange.services.imports.context import CREATE, REFUSE, SAME, Context, remember_created
from tiji.apps.exchange.services.imports.kinds import LOADERS
from tiji.apps.exchange.services.imports.previews import make_plan
from tiji.apps.exchange.services.imports.sheets import Sheet, read_sheet
from tiji.apps.organization.models import Person, Unit
from tiji.apps.organization.selectors.company import company
from tiji.apps.organization.services.bulk import PersonRow, UnitRow, hire_people, place_units
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.errors import DomainError

PRODUCT = "catalog.product"
PRODUCT_LINE = "catalog.productline"
PERSON = "organization.person"
UNIT = "organization.unit"


class ProductRow(NamedTuple):
    """One product of a known system."""

    key: str
    code: str
    name: str
    line: str
    list_price: Decimal | None = None
    standard_cost: Decimal | None = None


def read_file(folder: Path, *names: str) -> Sheet:
    """The first of these files that is there. Raises: DomainError naming the file."""
    for name in names:
        if (folder / name).is_file():
            try:
                return read_sheet(name, (folder / name).read_bytes())
            except DomainError as error:
                raise DomainError(f"{name}: {error}", field="path", code="file") from error
    message = _("There is no file %(name)s in %(folder)s.") % {"name": names[0], "folder": folder}
    raise DomainError(message, field="path", code="file")


def column(sheet: Sheet, heading: str) -> list[str]:
    """A column's texts. Raises: DomainError when the file has no such heading."""
    if heading not in sheet.headings:
        raise DomainError(_("The file has no column “%(name)s”.") % {"name": heading}, field="path", code="file")
    texts: list[str] = sheet.table.column(sheet.headings.index(heading)).to_pylist()
    return texts


def with_column(sheet: Sheet, heading: str, texts: Sequence[str]) -> Sheet:
    """The sheet with one column added, or replaced."""
    array = pa.array(texts, pa.string())
    if heading in sheet.headings:
        at = sheet.headings.index(heading)
        sheet.table = sheet.table.set_column(at, sheet.table.column_names[at], array)
    else:
        sheet.headings = [*sheet.headings, heading]
        sheet.table = sheet.table.append_column(str(len(sheet.headings) - 1), array)
    return sheet


def load_kind(
    sheet: Sheet,
    kind: str,
    mapping: Mapping[str, str],
    context: Context,
    *,
    name: str = "",
    extra: Mapping[str, Any] | None = None,
) -> dict[str, int]:
    """Check and write one file of a set. Raises: DomainError with every problem."""
    chosen = {heading: field for heading, field in mapping.items() if heading in sheet.headings}
    plan = make_plan(sheet, kind, chosen, context)
    plan.extra.update(extra or {})
    _refuse(plan.parsed.problems, name or kind, plan.parsed.count)
    LOADERS[kind].write(plan, context)
    _refuse(plan.parsed.problems, name or kind, plan.parsed.count)
    return plan.counts()


def _refuse(problems: list[Any], name: str, rows: int) -> None:
    if problems:
        first = problems[0]
        message = _("%(file)s: row %(row)s, %(column)s “%(value)s”: %(message)s (%(count)s of %(all)s rows are wrong)")
        told = {"file": name, "row": first.row, "column": first.heading, "value": first.value}
        told |= {"message": first.message, "count": len({one.row for one in problems}), "all": rows}
        raise DomainError(message % told, code="bad-rows", problems=problems[:1000])


def require_currency(code: str) -> None:
    """Raises: DomainError unless the company counts in the currency of the files."""
    if company().currency != code:
        message = _("These amounts are in %(theirs)s, the company counts in %(ours)s: use a company in %(theirs)s.")
        raise DomainError(message % {"theirs": code, "ours": company().currency}, code="currency")


def load_products(rows: Sequence[ProductRow], context: Context, currency: str) -> dict[str, int]:
    """Product lines and products that are not there yet, in sets; those that are stay as they are.

    Those that an undo archived come back as they were.
    """
    known = {row.external_key: row for row in Product.objects.filter(external_source=context.source)}
    wanted = {row.key for row in rows}
    gone = [row.pk for key, row in known.items() if row.archived_at and key in wanted]
    fresh = [row for row in rows if row.key not in known]
    lines = _lines({row.line for row in rows if row.key not in known or known[row.key].archived_at}, context)
    made = insert_products(products=[_product(row, lines[row.line], context.source, currency) for row in fresh])
    if gone:
        revive_products(actor=context.actor, ids=gone, batch=context.batch)
    remember_created(context, PRODUCT, [*gone, *(row.pk for row in made)])
    if made:
        digest = digest_of([row.code, row.name] for row in made)
        audit.record_batch(
            "product.import", Product, batch=context.batch, count=len(made), digest=digest, actor=context.actor
        )
    count = len(made) + len(gone)
    return {CREATE: count, SAME: len(rows) - count, "updated": 0, REFUSE: 0}


def _product(row: ProductRow, line: ProductLine, source: str, currency: str) -> Product:
    return Product(
        code=row.code,
        name=row.name[:120],
        line=line,
        list_price=row.list_price,
        standard_cost=row.standard_cost,
        currency=currency,
        external_source=source,
        external_key=row.key,
    )


def _lines(names: set[str], context: Context) -> dict[str, ProductLine]:
    found = {line.external_key: line for line in ProductLine.objects.filter(external_source=context.source)}
    gone = [line.pk for name, line in found.items() if line.archived_at and name in names]
    if gone:
        revive_product_lines(actor=context.actor, ids=gone, batch=context.batch)
    made = {}
    for name in sorted(names - found.keys()):
        made[name] = create_product_line(
            actor=context.actor, code=name[:30], name=name, external_source=context.source, external_key=name
        )
    remember_created(context, PRODUCT_LINE, [*gone, *(line.pk for line in made.values())])
    return {**found, **made}


def load_units(rows: Sequence[UnitRow], context: Context) -> dict[str, Unit]:
    """Units by key: made, or brought up to date; the new ones are noted for an undo."""
    before = _keys_of(Unit, context)
    units = place_units(actor=context.actor, rows=rows, source=context.source)
    remember_created(context, UNIT, [unit.pk for key, unit in units.items() if key not in before])
    return units


def load_people(rows: Sequence[PersonRow], context: Context) -> dict[str, int]:
    """People with their positions; the new ones are noted for an undo."""
    before = _keys_of(Person, context)
    people = hire_people(actor=context.actor, rows=rows, source=context.source)
    made = [person.pk for key, person in people.items() if key not in before]
    remember_created(context, PERSON, made)
    return {CREATE: len(made), "updated": 0, SAME: len(people) - len(made), REFUSE: 0}


def _keys_of(model: Any, context: Context) -> set[str]:
    return set(model.objects.filter(external_source=context.source).values_list("external_key", flat=True))
