"""Every entry of the audit log is shown in words: labels, names, choices, never the codes that the log keeps."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone, translation
from django.utils.html import strip_tags

from apps.organization.test_audit_words import SOURCE, written
from tiji.apps.organization.pages.entries import EntryHistory, entry_in_words
from tiji.apps.organization.pages.entry_labels import GRANTED, HIDDEN, SOURCES
from tiji.apps.organization.services.access import grant_role
from tiji.apps.organization.services.people import edit_person
from tiji.shared.models import AuditEntry, Door

CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
# What an action's first word is about, as the services record it.
THINGS = {
    "sign_in": "organization.user",
    "user": "organization.user",
    "role": "organization.user",
    "access": "organization.person",
    "token": "shared.apitoken",
    "company": "organization.company",
    "calendar": "organization.calendarday",
    "setting": "shared.setting",
    "unit": "organization.unit",
    "person": "organization.person",
    "position": "organization.position",
    "product": "catalog.product",
    "product_line": "catalog.productline",
    "price": "catalog.pricebookentry",
    "price_book": "catalog.pricebook",
    "account": "customers.account",
    "contact": "customers.contact",
    "opportunity": "pipeline.opportunity",
    "activity": "pipeline.activity",
    "process": "pipeline.salesprocess",
    "stage": "pipeline.stage",
    "close_reason": "pipeline.closereason",
    "rival": "pipeline.rival",
    "contract": "commerce.contract",
    "order": "commerce.order",
    "invoice": "commerce.invoice",
    "credit_note": "commerce.creditnote",
    "receipt": "commerce.receipt",
    "target_plan": "targets.targetplan",
    "target_version": "targets.targetversion",
    "pay_plan": "incentives.payplan",
    "plan_letter": "incentives.planletter",
    "pay_model": "incentives.paymodel",
    "quota": "incentives.quota",
    "pay_run": "incentives.run",
    "pay_period": "incentives.payperiod",
    "pay_fact": "incentives.payfact",
    "reopening": "incentives.reopening",
    "pay_adjustment": "incentives.payadjustment",
    "pay_inquiry": "incentives.inquiry",
    "import": "exchange.import",
    "file": "shared.storedfile",
}
# Of these only the keys that the services name are logged, never the row.
IN_PART = {
    *("exchange.import", "organization.user", "shared.apitoken", "shared.setting", "shared.storedfile"),
    *("incentives.payadjustment", "incentives.inquiry"),
}
# Values under keys of their own, as the services write them.
OWN = {
    "role": "product_manager",
    "kind": "product_line",
    "object": 1,
    "may_change": True,
    "source": "catalog.product_line",
    "requires": ["expected_on", "gross_profit", "next_step"],
    "season": {"existing": ["1.0"], "new": ["2.0"]},
    "u1 2026-Q1 new": "12",
    "positions": [{"position": 1, "unit": 1, "share": 100, "from": "2026-01-01", "until": None}],
    "document": {"version": 2, "components": [{"code": "cash_in"}]},
}


def texts_of(call: ast.AST) -> set[str]:
    """The keys of every dictionary that is written out below a node."""
    dicts = (node for node in ast.walk(call) if isinstance(node, ast.Dict))
    return {str(key.value) for node in dicts for key in node.keys if isinstance(key, ast.Constant)}


def recorded_keys() -> set[str]:
    """Every key that a service names when it writes to the log."""
    found: set[str] = set()
    for path in SOURCE.rglob("services/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in {"record", "record_batch", "record_many", "Deed"}:
                    found |= texts_of(node)
            elif isinstance(node, ast.FunctionDef) and node.name in {"_facts", "as_facts", "_state"}:
                found |= texts_of(node)
    return found


def entry_of(action: str, label: str, values: dict) -> AuditEntry:
    return AuditEntry.objects.create(
        at=timezone.now(),
        actor_label="Adam",
        door=Door.PAGE,
        action=action,
        object_type=label,
        object_id=1,
        object_label="物",
        after=values,
    )


def sample(field: models.Field) -> object:
    """A value of a column as the log would keep it: its last choice, else by its type."""
    if field.flatchoices:
        return field.flatchoices[-1][0]
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.DateTimeField):
        return "2026-11-18T04:00:00+00:00"
    if isinstance(field, models.DateField):
        return "2026-11-18"
    if isinstance(field, models.CharField | models.TextField | models.JSONField):
        return "文"
    return 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_every_act_shows_no_code(client, company, axel, language):
    client.force_login(axel)
    client.cookies["tiji_language"] = language
    acts = sorted(written())
    assert {act.partition(".")[0] for act in acts} <= THINGS.keys()
    shown: dict[str, list[str]] = {}
    for act in acts:
        label = THINGS[act.partition(".")[0]]
        columns = apps.get_model(label)._meta.concrete_fields
        values = {**{column.attname: sample(column) for column in columns}, **OWN, "currency": "CNY"}
        entry = entry_of(act, label, values)
        page = client.get(f"/audit/{entry.pk}/")
        assert page.status_code == 200
        text = strip_tags(page.content.decode().partition("<main")[2].partition("</main>")[0])
        if found := CODE.findall(text):
            shown[act] = found
    assert shown == {}


@pytest.mark.parametrize("key", sorted(recorded_keys() - HIDDEN))
def test_every_key_that_a_service_writes_has_a_chinese_label(key):
    labels = []
    with translation.override("zh-hans"):
        for label in set(THINGS.values()):
            labels.append(EntryHistory(AuditEntry(object_type=label)).label(key))
    assert any(re.search(r"[\u4e00-\u9fff]", label) for label in labels), labels


def test_every_column_that_is_logged_has_a_chinese_label():
    wordless = []
    with translation.override("zh-hans"):
        for name in sorted(set(THINGS.values()) - IN_PART):
            history = EntryHistory(AuditEntry(object_type=name))
            for column in apps.get_model(name)._meta.concrete_fields:
                secret = any(word in column.attname for word in ("password", "secret", "hash", "token"))
                if column.attname in HIDDEN or secret:
                    continue
                said = history.label(column.attname)
                if not re.search(r"[\u4e00-\u9fff]", said):
                    wordless.append(f"{name}.{column.attname}: {said}")
    assert not wordless, "\n".join(wordless)


def test_what_keys_point_at_exists():
    assert all(apps.get_model(label) for label in GRANTED.values())


def test_every_source_of_grants_is_named():
    written_as = re.compile(r'^(?:SOURCE|SHARED) = "([^"]+)"', re.MULTILINE)
    found = {
        name
        for app in ("catalog", "pipeline", "customers")
        for path in (Path(SOURCE) / "apps" / app / "services").glob("*.py")
        for name in written_as.findall(path.read_text(encoding="utf-8"))
    }
    assert found == SOURCES.keys()


@pytest.mark.parametrize(("language", "said"), [("zh-hans", ("角色", "审计")), ("en", ("Role", "Auditor"))])
def test_a_role_is_named(company, adam, rita, language, said):
    grant_role(actor=adam, user=rita, role="auditor", unit=company.east, on=timezone.localdate())
    entry = AuditEntry.objects.filter(action="role.granted").get()
    with translation.override(language):
        found = {one.label: one.after for one in entry_in_words(entry).changes}
    assert found[said[0]] == said[1]
    assert company.east.name in found.values()


def test_an_edit_shows_what_was_and_what_is(company, hanna, rita):
    edit_person(actor=hanna, person=rita.person, phone="13800000001")
    entry = AuditEntry.objects.filter(action="person.edited").get()
    with translation.override("zh-hans"):
        deed = entry_in_words(entry)
    assert not deed.is_first
    assert [(one.label, one.before, one.after) for one in deed.changes] == [("电话", "—", "13800000001")]
