"""Loading customers."""

from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.customers.models import Account, Division, Industry
from tiji.apps.customers.models.names import same_name_key
from tiji.apps.customers.services.accounts import NewAccount, edit_account, insert_accounts
from tiji.apps.customers.services.facts import clean_name
from tiji.apps.customers.services.ownership import change_owner, set_tier
from tiji.apps.exchange.services.imports.context import (
    CREATE,
    UPDATE,
    Context,
    Parsed,
    Plan,
    attempt,
    remember_changed,
    remember_created,
)
from tiji.apps.organization.models import Person
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of
from tiji.shared.errors import DomainError

THING = "customers.account"
PLAIN = ("name", "short_name", "credit_code", "source", "website", "phone", "address", "employees", "note")
LINKED = {"industry": "industry_id", "division": "division_id", "parent": "parent_id"}
COMPARED = (*PLAIN, "tier", "attributes")


def plan(parsed: Parsed, context: Context) -> Plan:
    """What happens to each row: by key first, then by credit code, then by name it is somebody we know."""
    names = _clean_names(parsed)
    found = Plan(parsed, extra={"names": names})
    _find_parents(parsed, names, found)
    by_name = not context.options.get("same_names")
    _refuse_twins(parsed, names, by_name=by_name)
    known = _Known(context, by_name=by_name)
    keys, codes = parsed.values("key", ""), parsed.values("credit_code", "")
    held: dict[int, int] = {}
    for index, (key, code, name) in enumerate(zip(keys, codes, names, strict=True)):
        if index in parsed.wrong:
            continue
        account = known.find(key, code, same_name_key(name))
        if account is None:
            continue
        if account.archived_at is not None:
            parsed.refuse(index, "name", _("This customer is archived. Bring it back, then load the file again."))
        elif account.pk in held:
            message = _("This is the same customer as row %(row)s.") % {"row": held[account.pk]}
            parsed.refuse(index, "name", message)
        else:
            held[account.pk] = parsed.sheet.rows[index].as_py()
            found.existing[index] = account
    _compare(found)
    return found


class _Known:
    """The customers there are, by everything a row may name them by."""

    def __init__(self, context: Context, *, by_name: bool) -> None:
        rows = list(Account.objects.all())
        self._keys: dict[str, Account] = {
            row.external_key: row for row in rows if row.external_source == context.source and row.external_key
        }
        live = [row for row in rows if row.archived_at is None]
        self._codes: dict[str, Account] = {row.credit_code: row for row in live if row.credit_code}
        self._names: dict[str, Account] = {}
        for row in live if by_name else ():
            self._names.setdefault(row.name_key, row)

    def find(self, key: str, code: str, name_key: str) -> Account | None:
        if key and key in self._keys:
            return self._keys[key]
        if code and code in self._codes:
            return self._codes[code]
        twin = self._names.get(name_key)
        if twin is not None and code and twin.credit_code:
            return None
        return twin


def _clean_names(parsed: Parsed) -> list[str]:
    names = []
    for index, text in enumerate(parsed.values("name", "")):
        try:
            names.append(clean_name(text))
        except DomainError as error:
            names.append(text)
            if text:
                parsed.refuse(index, "name", str(error))
    return names


def _find_parents(parsed: Parsed, names: list[str], found: Plan) -> None:
    """A parent company may stand in the same file, above or below."""
    heading = parsed.headings.get("parent")
    found.extra["parents"] = {}
    if heading is None:
        return
    rows = {same_name_key(name): index for index, name in enumerate(names)}
    keys = {key: index for index, key in enumerate(parsed.values("key", "")) if key}
    texts = parsed.sheet.table.column(parsed.sheet.headings.index(heading)).to_pylist()
    for index, text in enumerate(texts):
        above = keys.get(text, rows.get(same_name_key(text))) if text else None
        if above is None or above == index:
            continue
        found.extra["parents"][index] = above
        left = [one for one in parsed.wrong.get(index, ()) if one.heading != heading]
        if left:
            parsed.wrong[index] = left
        else:
            parsed.wrong.pop(index, None)


def _refuse_twins(parsed: Parsed, names: list[str], *, by_name: bool) -> None:
    """The second row of a company is refused, whichever of the three says that it is the same."""
    for field, values in (
        ("key", parsed.values("key", "")),
        ("credit_code", parsed.values("credit_code", "")),
        ("name", [same_name_key(name) if by_name else "" for name in names]),
    ):
        first: dict[str, int] = {}
        codes = parsed.values("credit_code", "")
        for index, value in enumerate(values):
            if not value or index in parsed.wrong:
                continue
            if value not in first:
                first[value] = index
            elif field != "name" or not (codes[index] and codes[first[value]]):
                row = parsed.sheet.rows[first[value]].as_py()
                parsed.refuse(index, field, _("Row %(row)s is the same customer. Keep one of the two.") % {"row": row})


def _compare(found: Plan) -> None:
    """An empty cell leaves what is there; anything else that differs is a change."""
    parsed = found.parsed
    names = found.extra["names"]
    columns = {name: parsed.values(name) for name in (*PLAIN, *LINKED, "owner", "tier") if name in parsed.columns}
    columns["name"] = names
    attributes = parsed.attributes or []
    for index, account in found.existing.items():
        changes: dict[str, Any] = {}
        for name, values in columns.items():
            value = values[index]
            now = getattr(account, LINKED.get(name, "owner_id" if name == "owner" else name))
            if value not in (None, "") and value != now:
                changes[name] = value
        above = found.extra["parents"].get(index)
        if above in found.existing and found.existing[above].pk != account.parent_id:
            changes["parent"] = found.existing[above].pk
        if attributes and {**account.attributes, **attributes[index]} != account.attributes:
            changes["attributes"] = {**account.attributes, **attributes[index]}
        if changes:
            found.changes[index] = changes


def write(found: Plan, context: Context) -> None:
    """Write what was planned, in sets; changes of what is there go through the same services as a page's."""
    _create(found, context)
    _update(found, context)


def _create(found: Plan, context: Context) -> None:
    left = found.rows(CREATE)
    if not left:
        return
    parents: dict[int, int] = found.extra["parents"]
    made: dict[int, int] = {}
    rows = _new_accounts(found, context)
    waiting = set(left)
    while waiting:
        wave = sorted(index for index in waiting if parents.get(index) not in waiting)
        if not wave:
            wave = sorted(waiting)[:1]
        for index in wave:
            above = parents.get(index)
            if above is not None:
                known = found.existing.get(above)
                rows[index].parent_id = made.get(above) or (known.pk if known else None)
        accounts = insert_accounts(rows=[rows[index] for index in wave], at=context.at, actor=context.actor)
        made |= {index: account.pk for index, account in zip(wave, accounts, strict=True)}
        waiting -= set(wave)
        context.told("accounts", len(made), len(left))
    remember_created(context, THING, list(made.values()))
    digest = digest_of([key, rows[index].name] for index, key in made.items())
    audit.record_batch(
        "account.import", Account, batch=context.batch, count=len(made), digest=digest, actor=context.actor
    )


def _new_accounts(found: Plan, context: Context) -> dict[int, NewAccount]:
    parsed = found.parsed
    default_owner = context.options.get("owner")
    taken = [name for name in (*PLAIN, "tier") if name in parsed.columns and name != "name"]
    linked = {LINKED[name]: parsed.values(name) for name in LINKED if name in parsed.columns}
    columns = {name: parsed.values(name) for name in taken} | linked
    owners, created = parsed.values("owner"), parsed.values("created_at")
    keys, names = parsed.values("key", ""), found.extra["names"]
    rows = {}
    for index in found.rows(CREATE):
        row = NewAccount(
            name=names[index],
            owner_id=owners[index] or default_owner,
            attributes=dict(parsed.attributes[index]) if parsed.attributes else {},
            external_source=context.source if keys[index] else "",
            external_key=keys[index] or "",
            created_at=created[index],
            reason=_("Imported"),
        )
        for name, values in columns.items():
            if values[index] is not None:
                setattr(row, name, values[index])
        rows[index] = row
    return rows


def _update(found: Plan, context: Context) -> None:
    changed = []
    rows = found.rows(UPDATE)
    for done, index in enumerate(rows, start=1):
        account, changes = found.existing[index], dict(found.changes[index])
        before = {name: _before(account, name) for name in changes}
        if attempt(found.parsed, index, partial(apply, account, changes, context)):
            account.refresh_from_db()
            changed.append((account.pk, account.version, before))
        if done % 100 == 0:
            context.told("accounts", done, len(rows))
    remember_changed(context, THING, changed)


def _before(account: Account, name: str) -> Any:
    return getattr(account, LINKED.get(name, "owner_id" if name == "owner" else name))


def apply(account: Account, changes: dict[str, Any], context: Context) -> bool:
    """Change an account as a page would: facts, tier and owner each by their service."""
    owner, tier = changes.pop("owner", None), changes.pop("tier", None)
    for name, model in (("industry", Industry), ("division", Division), ("parent", Account)):
        if name in changes and changes[name] is not None:
            changes[name] = model.objects.get(pk=changes[name])
    if changes:
        account = edit_account(actor=context.actor, account=account, version=account.version, at=context.at, **changes)
    if tier is not None:
        set_tier(actor=context.actor, accounts=[account], tier=tier, at=context.at, reason=_("Imported"))
    if owner is not None:
        person = Person.objects.get(pk=owner)
        change_owner(actor=context.actor, accounts=[account], to_owner=person, at=context.at, reason=_("Imported"))
    return True
