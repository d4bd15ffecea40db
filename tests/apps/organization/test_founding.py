"""Founding a company, and filling it in sets."""

from datetime import date

import pytest

from tiji.apps.organization.models import (
    BEGINNING,
    Assignment,
    Company,
    Person,
    ReportingLine,
    RoleGrant,
    Unit,
    UnitPath,
    User,
)
from tiji.apps.organization.permissions import can_manage_users
from tiji.apps.organization.selectors.managers import manager_of
from tiji.apps.organization.selectors.places import unit_of
from tiji.apps.organization.services.bulk import PersonRow, UnitRow, hire_people, place_units
from tiji.apps.organization.services.founding import fiscal_month, found_company
from tiji.apps.organization.services.unit_paths import rebuild_paths
from tiji.shared.errors import DomainError, NotAllowed

TODAY = date(2026, 11, 18)


def found(**fields):
    values = {"name": "华岳智控", "currency": "CNY", "administrator_email": "Admin@Example.com", **fields}
    return found_company(**values)


@pytest.fixture
def founded(db):
    return found()


def test_a_company_has_a_root_from_the_beginning_and_an_administrator(founded):
    assert (founded.company.pk, founded.company.currency, founded.company.fiscal_start_month) == (1, "CNY", 1)
    path = UnitPath.objects.get()
    assert (path.ancestor, path.unit, path.depth, path.valid_from) == (founded.root, founded.root, 0, BEGINNING)
    assert founded.administrator.email == "admin@example.com"
    assert can_manage_users(founded.administrator)


def test_a_database_holds_one_company(founded):
    with pytest.raises(DomainError, match="华岳智控"):
        found(name="另一家")
    assert Company.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("currency", "YUAN"),
        ("fiscal_start_month", 13),
        ("administrator_email", "nobody"),
        ("time_zone", "Mars/Base"),
        ("country", "XQ"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(db, field, value):
    with pytest.raises(DomainError) as refusal:
        found(**{field: value})
    assert refusal.value.field == field
    assert not Company.objects.exists()
    assert not User.objects.exists()


def test_a_weak_password_is_refused(db):
    with pytest.raises(DomainError) as refusal:
        found(password="12345")
    assert refusal.value.field == "password"


@pytest.mark.parametrize(("text", "month"), [("4", 4), ("04", 4), ("04-01", 4), (7, 7)])
def test_the_fiscal_start_is_read_in_three_ways(text, month):
    assert fiscal_month(text) == month


@pytest.mark.parametrize("text", ["0", "13", "April", ""])
def test_a_month_that_is_none_is_refused(text):
    with pytest.raises(DomainError, match="1"):
        fiscal_month(text)


UNITS = [
    UnitRow(key="suzhou", name="苏州组", parent_key="east"),
    UnitRow(key="east", name="华东大区", kind="region"),
    UnitRow(key="south", name="华南大区", kind="region"),
]


def test_units_are_placed_in_any_order(founded):
    units = place_units(actor=founded.administrator, rows=UNITS, source="demo")
    paths = UnitPath.objects.filter(unit=units["suzhou"]).order_by("depth").values_list("ancestor__name", flat=True)
    assert list(paths) == ["苏州组", "华东大区", "华岳智控"]


def test_placing_the_same_units_again_changes_nothing(founded):
    first = place_units(actor=founded.administrator, rows=UNITS, source="demo")
    columns = ("ancestor_id", "unit_id", "valid_from", "valid_until")
    before = sorted(map(str, UnitPath.objects.values_list(*columns)))
    second = place_units(actor=founded.administrator, rows=UNITS, source="demo")
    assert {key: unit.pk for key, unit in first.items()} == {key: unit.pk for key, unit in second.items()}
    assert sorted(map(str, UnitPath.objects.values_list(*columns))) == before


def test_a_changed_parent_is_a_move_from_the_rows_day(founded):
    place_units(actor=founded.administrator, rows=UNITS, source="demo")
    moved = UnitRow(key="suzhou", name="苏州组", parent_key="south", valid_from=date(2026, 5, 1))
    units = place_units(actor=founded.administrator, rows=[moved], source="demo")
    parents = units["suzhou"].placements.order_by("valid_from").values_list("parent__name", "valid_from", "valid_until")
    assert list(parents) == [
        ("华东大区", BEGINNING, date(2026, 5, 1)),
        ("华南大区", date(2026, 5, 1), None),
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([UnitRow(key="a", name="A", parent_key="nowhere")], "unknown-parent"),
        ([UnitRow(key="a", name="A", parent_key="b"), UnitRow(key="b", name="B", parent_key="a")], "unit-cycle"),
        ([UnitRow(key="a", name="A"), UnitRow(key="a", name="B")], "key"),
        ([UnitRow(key="a", name=" ")], "required"),
    ],
)
def test_rows_that_make_no_tree_are_refused_whole(founded, rows, code):
    with pytest.raises(DomainError) as refusal:
        place_units(actor=founded.administrator, rows=[*UNITS, *rows], source="demo")
    assert refusal.value.code == code
    assert Unit.objects.count() == 1


def people(units, **changes):
    rows = [
        PersonRow(key="rita", name="芮婷", unit=units["suzhou"], manager_key="max", hired_on=date(2024, 1, 1)),
        PersonRow(key="max", name="马骁", unit=units["suzhou"], role="manager"),
        PersonRow(key="lea", name="李娜", unit=units["south"], left_on=date(2026, 1, 1)),
    ]
    return [PersonRow(**{**row.__dict__, **changes.get(row.key, {})}) for row in rows]


def test_people_are_hired_with_position_and_line(founded):
    units = place_units(actor=founded.administrator, rows=UNITS)
    made = hire_people(actor=founded.administrator, rows=people(units))
    assert unit_of(made["rita"], TODAY) == units["suzhou"]
    assert manager_of(made["rita"], TODAY) == made["max"]
    assert made["max"].assignments.get().valid_from == BEGINNING
    assert made["lea"].assignments.get().valid_until == date(2026, 1, 1)
    assert ReportingLine.objects.count() == 1


def test_hiring_the_same_rows_again_changes_nothing(founded):
    units = place_units(actor=founded.administrator, rows=UNITS, source="demo")
    hire_people(actor=founded.administrator, rows=people(units), source="demo")
    before = list(Assignment.objects.order_by("pk").values())
    hire_people(actor=founded.administrator, rows=people(units), source="demo")
    assert list(Assignment.objects.order_by("pk").values()) == before
    assert (Person.objects.count(), ReportingLine.objects.count()) == (3, 1)


def test_another_unit_in_the_rows_is_a_move(founded):
    units = place_units(actor=founded.administrator, rows=UNITS, source="demo")
    hire_people(actor=founded.administrator, rows=people(units), source="demo")
    moved = people(units, rita={"unit": units["south"], "assigned_on": date(2026, 5, 1)})
    made = hire_people(actor=founded.administrator, rows=moved, source="demo")
    assert unit_of(made["rita"], date(2026, 4, 30)) == units["suzhou"]
    assert unit_of(made["rita"], date(2026, 5, 1)) == units["south"]
    assert manager_of(made["rita"], TODAY) == made["max"]


def test_a_manager_who_is_not_there_is_refused_whole(founded):
    units = place_units(actor=founded.administrator, rows=UNITS)
    with pytest.raises(DomainError) as refusal:
        hire_people(actor=founded.administrator, rows=people(units, rita={"manager_key": "nobody"}))
    assert refusal.value.code == "unknown-manager"
    assert not Person.objects.exists()


def test_sets_ask_for_the_same_permission(founded):
    nobody = User.objects.create_user("n@example.com", name="N")
    with pytest.raises(NotAllowed):
        place_units(actor=nobody, rows=UNITS)
    with pytest.raises(NotAllowed):
        hire_people(actor=nobody, rows=[])


def test_thousands_of_people_cost_few_queries(founded, django_assert_max_num_queries):
    """SQLite takes 999 values a statement: some twenty statements a table for 2,000 rows, never one a row."""
    units = place_units(actor=founded.administrator, rows=UNITS)
    rows = [PersonRow(key="boss", name="老板", unit=units["suzhou"], role="manager")]
    rows += [PersonRow(key=f"p{n}", name=f"人员{n}", unit=units["suzhou"], manager_key="boss") for n in range(2000)]
    with django_assert_max_num_queries(100):
        assert len(hire_people(actor=founded.administrator, rows=rows)) == 2001
    assert Assignment.objects.count() == 2001


def test_rebuilding_all_paths_after_sets_finds_the_same(founded):
    place_units(actor=founded.administrator, rows=UNITS)
    columns = ("ancestor_id", "unit_id", "depth", "valid_from", "valid_until")
    before = sorted(map(str, UnitPath.objects.values_list(*columns)))
    rebuild_paths()
    assert sorted(map(str, UnitPath.objects.values_list(*columns))) == before
    assert RoleGrant.objects.count() == 1
