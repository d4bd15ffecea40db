"""What is posted cannot be edited or deleted, whichever way one tries, on either database."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import override

from shared.tables import Deal, Firm
from tiji.shared import triggers
from tiji.shared.checks import posted_rows_are_protected
from tiji.shared.errors import PostedRowError


@pytest.fixture
def protected(tables, monkeypatch):
    """Deals are posted by their flag or by a title of two; their likes may change ever after."""
    monkeypatch.setattr(triggers, "_registry", triggers._Registry())
    triggers.protect(Deal, when={"posted": True}, allow=["likes", "firm"])
    triggers.protect(Deal, when={"title": ("won", "it's"), "due_on": triggers.NOT_NULL}, delete=True)
    triggers.apply()
    return Deal


def refused(work):
    with pytest.raises(PostedRowError) as refusal, transaction.atomic():
        work()
    return refusal.value


def test_a_posted_row_is_neither_changed_nor_deleted(protected):
    deal = Deal.objects.create(title="won", amount=Decimal("5"), posted=True)
    deal.amount = Decimal("6")
    refused(deal.save)
    refused(lambda: Deal.objects.filter(pk=deal.pk).update(amount=None))
    refused(lambda: Deal.objects.filter(pk=deal.pk).update(posted=False))
    refused(lambda: Deal.objects.filter(pk=deal.pk).update(notes={"a": 1}))
    refused(deal.delete)
    refused(lambda: Deal.objects.bulk_update([deal], ["amount"]))
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute("UPDATE test_deal SET title = 'x' WHERE id = %s", [deal.pk]))
    deal.refresh_from_db()
    assert (deal.title, deal.amount, deal.posted) == ("won", Decimal("5"), True)


def test_what_a_rule_allows_and_what_changes_nothing_passes(protected):
    deal = Deal.objects.create(title="open", amount=Decimal("5"), posted=True)
    deal.save()
    Deal.objects.filter(pk=deal.pk).update(likes=7)
    draft = Deal.objects.create(title="draft")
    draft.amount = Decimal("1")
    draft.save()
    draft.posted = True
    draft.save()
    draft.amount = Decimal("2")
    refused(draft.save)


def test_conditions_name_values_and_filled_columns(protected):
    quoted = Deal.objects.create(title="it's", due_on="2026-01-01")
    refused(lambda: Deal.objects.filter(pk=quoted.pk).update(likes=1))
    Deal.objects.filter(pk=quoted.pk).delete()  # that rule lets rows be deleted
    undated = Deal.objects.create(title="it's")
    assert Deal.objects.filter(pk=undated.pk).update(likes=1) == 1


def test_a_refusal_is_a_sentence_and_other_errors_stay_what_they_are(protected):
    deal = Deal.objects.create(posted=True)
    error = refused(lambda: Deal.objects.filter(pk=deal.pk).update(title="x"))
    assert str(Deal._meta.verbose_name) in str(error)
    assert error.status == 409
    with pytest.raises(IntegrityError), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(likes=None)


def test_truncating_is_refused_where_the_database_knows_the_word(protected, vendor):
    if vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute("TRUNCATE test_deal"))


def test_missing_and_stale_triggers_are_found_and_mended(protected):
    assert triggers.missing() == []
    there = triggers.standing()
    name, table = next(item for item in there.items() if item[1] == "test_deal")
    with connection.cursor() as cursor:
        cursor.execute(triggers._drop_sql(name, table))
    assert triggers.missing() == [name]
    assert [error.id for error in posted_rows_are_protected(["default"])] == ["tiji.E001"]
    assert triggers.apply() == 1
    assert triggers.missing() == []
    triggers._registry.protections.pop()
    triggers.protect(Deal, when={"open": False})
    assert triggers.apply() > 0
    assert set(triggers.standing()) == {trigger.name for trigger in triggers.expected()}


def test_a_table_that_sqlite_rebuilds_gets_its_triggers_back(protected, vendor):
    if vendor != "sqlite":
        pytest.skip("only SQLite rebuilds tables")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE spare AS SELECT * FROM test_deal")
        cursor.execute("DROP TABLE test_deal")
        cursor.execute("ALTER TABLE spare RENAME TO test_deal")
    assert triggers.missing() != []
    triggers.apply()
    assert triggers.missing() == []


def test_protection_is_lifted_inside_and_back_afterwards(protected):
    deal = Deal.objects.create(posted=True)
    with triggers.lifted():
        Deal.objects.filter(pk=deal.pk).update(title="restored")
    refused(lambda: Deal.objects.filter(pk=deal.pk).update(title="again"))


def test_protection_is_not_lifted_over_a_company(protected, settings):
    settings.TESTING = False
    with triggers.lifted():
        pass
    Deal.objects.create(posted=True)
    with pytest.raises(PostedRowError), triggers.lifted():
        pytest.fail("it was lifted")


def test_all_rules_of_the_house_stand_after_migration(db):
    assert triggers.expected()
    assert triggers.missing() == []


@pytest.fixture
def parts(tables, monkeypatch):
    """Deals are posted with the firm above them; their likes may change ever after."""
    monkeypatch.setattr(triggers, "_registry", triggers._Registry())
    triggers.protect(Deal, when={"firm__name": ("won", "it's")}, allow=["likes"])
    triggers.apply()
    return Deal


@pytest.mark.parametrize("name", ["won", "it's"])
def test_a_part_is_posted_with_the_row_above_it(parts, name):
    firm = Firm.objects.create(name="draft")
    part = Deal.objects.create(title="x", firm=firm)
    Deal.objects.filter(pk=part.pk).update(title="y")
    Firm.objects.filter(pk=firm.pk).update(name=name)
    refused(lambda: Deal.objects.filter(pk=part.pk).update(title="z"))
    refused(lambda: Deal.objects.filter(pk=part.pk).update(firm=None))
    refused(part.delete)
    assert Deal.objects.filter(pk=part.pk).update(likes=3) == 1
    assert Deal.objects.get().title == "y"


def test_a_part_of_nothing_posted_is_free_but_is_not_moved_under_what_is(parts):
    draft, posted = Firm.objects.create(name="draft"), Firm.objects.create(name="won")
    part, lone = Deal.objects.create(title="x", firm=draft), Deal.objects.create(title="x")
    refused(lambda: Deal.objects.filter(pk=part.pk).update(firm=posted))
    refused(lambda: Deal.objects.filter(pk=lone.pk).update(firm=posted))
    assert Deal.objects.update(title="y") == 2
    part.delete()
    lone.delete()


def test_a_table_that_triggers_of_others_name_can_be_rebuilt(parts, vendor):
    def rebuild():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE spare (id integer PRIMARY KEY, name varchar(50) NOT NULL)")
            cursor.execute("DROP TABLE test_firm")
            cursor.execute("ALTER TABLE spare RENAME TO test_firm")

    if vendor == "sqlite":
        with pytest.raises(OperationalError), transaction.atomic():
            rebuild()
        triggers.make_way()
        assert triggers.missing() != []
        rebuild()
    triggers.apply()
    assert triggers.missing() == []
    part = Deal.objects.create(title="x", firm=Firm.objects.create(name="won"))
    refused(lambda: Deal.objects.filter(pk=part.pk).update(title="y"))


def test_a_column_that_a_trigger_names_can_be_dropped(parts, vendor):
    def drop():
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {Deal._meta.db_table} DROP COLUMN title{' CASCADE' * (vendor != 'sqlite')}")

    if vendor == "sqlite":
        with pytest.raises(OperationalError), transaction.atomic():
            drop()
        triggers.make_way()
    drop()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {Deal._meta.db_table} ADD COLUMN title varchar(50) NOT NULL DEFAULT ''")
    triggers.apply()
    assert triggers.missing() == []


def test_migrate_puts_up_what_a_new_rule_asks_for(tables, monkeypatch):
    from django.core.management import call_command

    registry = triggers._Registry(list(triggers._registry.protections), list(triggers._registry.extra))
    monkeypatch.setattr(triggers, "_registry", registry)
    triggers.protect(Deal, when={"posted": True})
    assert [error.id for error in posted_rows_are_protected(["default"])] == ["tiji.E001"]
    call_command("migrate", verbosity=0, skip_checks=False)
    assert triggers.missing() == []
    assert posted_rows_are_protected(["default"]) == []


@pytest.fixture
def entries(tables, monkeypatch):
    """No deal is made under a firm that won, and none liked more often than all its firm's others together and ten."""
    from tiji.shared.entries import nothing_under, refuse_entry

    monkeypatch.setattr(triggers, "_registry", triggers._Registry())
    nothing_under(Deal, when={"firm__name": ("won", "it's")})
    refuse_entry(Deal, "(SELECT sum(likes) FROM test_deal WHERE firm_id = {row}.firm_id) > 10")
    triggers.apply()
    return Deal


@pytest.mark.parametrize("name", ["won", "it's"])
def test_no_part_is_made_under_a_posted_row_one_by_one_or_in_a_set(entries, name):
    draft, posted = Firm.objects.create(name="draft"), Firm.objects.create(name=name)
    Deal.objects.create(firm=draft)
    Deal.objects.create()
    with override("en"):
        assert "Reverse the document" in str(refused(lambda: Deal.objects.create(firm=posted)))
    refused(lambda: Deal.objects.bulk_create([Deal(firm=draft), Deal(firm=posted)]))
    Deal.objects.filter(firm=draft).update(firm=posted)
    assert Deal.objects.count() == 2


def test_parts_made_before_what_posts_them_come_in(entries):
    with transaction.atomic():
        Deal.objects.bulk_create([Deal(firm_id=77), Deal(firm_id=77)])
        Firm.objects.create(pk=77, name="won")
    refused(lambda: Deal.objects.create(firm_id=77))
    assert Deal.objects.filter(firm_id=77).count() == 2


def test_a_rule_about_other_rows_counts_what_the_statement_brings(entries):
    firm = Firm.objects.create(name="draft")
    Deal.objects.create(firm=firm, likes=4)
    with override("en"):
        assert "set aside" in str(refused(lambda: Deal.objects.create(firm=firm, likes=7)))
    refused(lambda: Deal.objects.bulk_create([Deal(firm=firm, likes=3), Deal(firm=firm, likes=4)]))
    Deal.objects.bulk_create([Deal(firm=firm, likes=3), Deal(firm=firm, likes=3)])
    assert Deal.objects.count() == 3


def test_a_table_that_rules_of_entry_name_can_be_rebuilt(entries, vendor):
    triggers.make_way()
    assert (triggers.missing() != []) == (vendor == "sqlite")
    triggers.apply()
    assert triggers.missing() == []
