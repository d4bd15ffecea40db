"""Loading the people at customers."""

from collections import defaultdict
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from tiji.apps.customers.models import Contact
from tiji.apps.customers.models.names import CHINESE
from tiji.apps.customers.services.contacts import edit_contact, insert_contacts
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
from tiji.apps.organization.selectors.ids import among
from tiji.shared import audit
from tiji.shared.audit.recording import digest_of

THING = "customers.contact"
PLAIN = ("title", "role", "phone", "email", "is_primary", "note")


def plan(parsed: Parsed, context: Context) -> Plan:
    """By key, else by customer and name with the same phone or e-mail, else by customer and name alone."""
    names = _names(parsed)
    found = Plan(parsed, extra={"names": names})
    known = _Known(context, [account for account in parsed.values("account") if account])
    keys, accounts = parsed.values("key", ""), parsed.values("account")
    phones, emails = parsed.values("phone", ""), parsed.values("email", "")
    held: dict[Any, int] = {}
    for index, name in enumerate(names):
        if not name and index not in parsed.wrong:
            parsed.refuse(index, "name", _("Enter the contact's name."))
        if index in parsed.wrong:
            continue
        contact = known.find(keys[index], accounts[index], name, phones[index], emails[index])
        same = (
            contact.pk if contact else (keys[index] or (accounts[index], name.casefold(), phones[index], emails[index]))
        )
        if same in held:
            row = {"row": held[same]}
            parsed.refuse(index, "name", _("Row %(row)s is the same contact. Keep one of the two.") % row)
            continue
        held[same] = parsed.sheet.rows[index].as_py()
        if contact is None:
            continue
        if contact.archived_at is not None:
            parsed.refuse(index, "name", _("This contact is archived. Enter a new key, or bring it back."))
        else:
            found.existing[index] = contact
    _compare(found)
    return found


def _names(parsed: Parsed) -> list[str]:
    """The full name, or last and first name together as the language has it."""
    whole, last, first = (parsed.values(name, "") for name in ("name", "last_name", "first_name"))
    names = []
    for full, family, given in zip(whole, last, first, strict=True):
        joined = f"{family}{given}" if CHINESE.search(f"{family}{given}") else f"{given} {family}".strip()
        names.append((full or joined)[:120])
    return names


class _Known:
    def __init__(self, context: Context, accounts: list[int]) -> None:
        rows = list(Contact.objects.filter(among("account_id", set(accounts))))
        source = context.source
        keyed = Contact.objects.filter(external_source=source).exclude(external_key="")
        self._keys = {row.external_key: row for row in keyed}
        self._people: dict[tuple[int, str], list[Contact]] = defaultdict(list)
        for row in rows:
            if row.archived_at is None:
                self._people[row.account_id, row.name.casefold()].append(row)

    def find(self, key: str, account: int, name: str, phone: str, email: str) -> Contact | None:
        if key:
            return self._keys.get(key)
        twins = self._people.get((account, name.casefold()), [])
        near = [row for row in twins if (phone and row.phone == phone) or (email and row.email == email)]
        return next(iter(near or twins), None)


def _compare(found: Plan) -> None:
    parsed = found.parsed
    columns = {name: parsed.values(name) for name in PLAIN if name in parsed.columns}
    columns["name"] = found.extra["names"]
    for index, contact in found.existing.items():
        changes = {
            name: values[index]
            for name, values in columns.items()
            if values[index] not in (None, "") and values[index] != getattr(contact, name)
        }
        if changes:
            found.changes[index] = changes


def write(found: Plan, context: Context) -> None:
    """Insert the new ones in sets and change the others one by one."""
    _create(found, context)
    changed = []
    for index in found.rows(UPDATE):
        contact, changes = found.existing[index], found.changes[index]
        before = {name: getattr(contact, name) for name in changes}
        told = {"actor": context.actor, "contact": contact, "version": contact.version, "at": context.at}
        after = attempt(found.parsed, index, partial(edit_contact, **told, **changes))
        if after is not None:
            changed.append((after.pk, after.version, before))
    remember_changed(context, THING, changed)


def _create(found: Plan, context: Context) -> None:
    parsed, rows = found.parsed, found.rows(CREATE)
    if not rows:
        return
    accounts, keys, names = parsed.values("account"), parsed.values("key", ""), found.extra["names"]
    columns = {name: parsed.values(name) for name in PLAIN if name in parsed.columns}
    wanted = {accounts[index] for index in rows}
    led = set(
        Contact.objects.live().filter(among("account_id", wanted), is_primary=True).values_list("account_id", flat=True)
    )
    contacts = []
    for index in rows:
        facts = {name: values[index] for name, values in columns.items() if values[index] is not None}
        first = accounts[index] not in led and facts.get("is_primary", True)
        led |= {accounts[index]} if first else set()
        key = {"external_source": context.source, "external_key": keys[index]} if keys[index] else {}
        contacts.append(Contact(account_id=accounts[index], name=names[index], **key, **{**facts, "is_primary": first}))
    made = insert_contacts(contacts=contacts)
    context.told("contacts", len(made), len(made))
    remember_created(context, THING, [row.pk for row in made])
    digest = digest_of([row.pk, row.account_id, row.name] for row in made)
    audit.record_batch(
        "contact.import", Contact, batch=context.batch, count=len(made), digest=digest, actor=context.actor
    )
