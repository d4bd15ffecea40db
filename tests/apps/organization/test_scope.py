"""Who sees whose rows."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import Q

from makers import LONG_AGO, TODAY, assign, make_person, make_unit, make_user
from tiji.apps.organization.models import (
    AccessGrant,
    AccessKind,
    Assignment,
    Person,
    Position,
    ReportingLine,
    Role,
    RoleGrant,
    User,
)
from tiji.apps.organization.selectors.ids import FEW, among
from tiji.apps.organization.selectors.scope import forget_scope, scope_of
from tiji.apps.organization.services.access import grant_role
from tiji.apps.organization.services.assignments import move_person
from tiji.apps.organization.services.people import let_go
from tiji.apps.organization.services.units import move_unit

YESTERDAY = date(2026, 11, 17)


def seen(user: User, on: date = TODAY) -> set[str]:
    """Names of the people whose rows the user sees; `*` for everybody."""
    forget_scope(user)
    scope = scope_of(user, on)
    return {"*"} if scope.everything else set(Person.objects.filter(pk__in=scope.people).values_list("name", flat=True))


def changes(user: User, on: date = TODAY) -> set[str]:
    forget_scope(user)
    scope = scope_of(user, on)
    people = Person.objects.all()
    return {person.name for person in people if scope.changes_person(person.pk)}


def test_a_rep_sees_his_own(rita, ray, max_, erin, zoe):
    assert seen(rita) == {"Rita"}


def test_a_manager_sees_his_team_and_himself(rita, ray, max_, erin, zoe):
    assert seen(max_) == {"Rita", "Ray", "Max"}


def test_the_manager_above_sees_all_below(rita, ray, max_, erin, zoe):
    assert seen(erin) == {"Rita", "Ray", "Max", "Erin"}


@pytest.mark.parametrize("who", ["dora", "olaf", "fiona", "axel", "adam"])
def test_those_who_look_after_the_whole_company_see_all(request, who):
    assert seen(request.getfixturevalue(who)) == {"*"}


@pytest.mark.parametrize(
    ("who", "may"), [("dora", True), ("olaf", True), ("adam", True), ("fiona", False), ("axel", False)]
)
def test_seeing_all_is_not_changing_all(request, who, may, zoe):
    user = request.getfixturevalue(who)
    assert scope_of(user, TODAY).changes_person(zoe.person_id) is may


def test_hr_and_product_managers_see_their_own_rows(hanna, petra, rita):
    assert seen(hanna) == {"Hanna"}
    assert seen(petra) == {"Petra"}


def test_rows_of_a_rep_who_moved_follow_him_to_his_new_manager(hanna, rita, max_, milo, company):
    move_person(actor=hanna, person=rita.person, on=TODAY, unit=company.shenzhen)
    assert (seen(max_, YESTERDAY), seen(milo, YESTERDAY)) == ({"Rita", "Max"}, {"Milo"})
    assert (seen(max_), seen(milo)) == ({"Max"}, {"Rita", "Milo"})


def test_a_move_to_come_changes_nothing_yet(hanna, rita, max_, milo, company):
    move_person(actor=hanna, person=rita.person, on=date(2027, 1, 1), unit=company.shenzhen)
    assert (seen(max_), seen(milo)) == ({"Rita", "Max"}, {"Milo"})


def test_when_a_unit_moves_the_manager_above_it_changes(adam, rita, max_, erin, company):
    mona = make_person("Mona", company.south, Role.MANAGER).user
    move_unit(actor=adam, unit=company.suzhou, parent=company.south, on=TODAY)
    assert (seen(erin, YESTERDAY), seen(erin)) == ({"Rita", "Max", "Erin"}, {"Erin"})
    assert (seen(mona, YESTERDAY), seen(mona)) == ({"Mona"}, {"Rita", "Max", "Mona"})
    assert seen(max_) == {"Rita", "Max"}


def test_rows_of_who_left_stay_with_the_manager_of_his_last_unit(hanna, rita, max_, milo, company):
    move_person(actor=hanna, person=rita.person, on=date(2026, 6, 1), unit=company.shenzhen)
    let_go(actor=hanna, person=rita.person, on=date(2026, 9, 1))
    assert (seen(max_), seen(milo)) == ({"Max"}, {"Rita", "Milo"})


def test_between_two_positions_rows_stay_where_they_were(company, max_, milo):
    person = make_person("Gap", company.suzhou, valid_until="2026-11-01")
    assign(person, company.shenzhen, valid_from="2026-12-01")
    assert (seen(max_), seen(milo)) == ({"Gap", "Max"}, {"Milo"})


def test_who_has_not_begun_is_not_seen_by_his_manager_yet(company, max_):
    make_person("New", company.suzhou, valid_from="2026-12-01")
    assert seen(max_) == {"Max"}


def test_who_left_sees_nothing_from_his_first_day_away(hanna, max_, rita):
    let_go(actor=hanna, person=max_.person, on=TODAY)
    user = User.objects.get(pk=max_.pk)
    assert seen(user, YESTERDAY) == {"Rita", "Max"}
    assert seen(user) == set()
    assert scope_of(user, TODAY).roles == frozenset()


def test_a_role_grant_does_not_outlive_its_person(hanna, adam, max_):
    grant_role(actor=adam, user=max_, role=Role.FINANCE, on=LONG_AGO)
    let_go(actor=hanna, person=max_.person, on=TODAY)
    assert seen(User.objects.get(pk=max_.pk)) == set()


def test_an_inactive_user_sees_nothing(dora):
    dora.is_active = False
    assert seen(dora) == set()


def test_with_two_positions_both_managers_see(company, rita, max_, milo):
    assign(rita.person, company.shenzhen, valid_from="2026-01-01")
    assert seen(max_) == {"Rita", "Max"}
    assert seen(milo) == {"Rita", "Milo"}


def test_a_manager_of_two_units_sees_both(company, max_, rita, zoe):
    assign(max_.person, company.shenzhen, Role.MANAGER)
    assert seen(max_) == {"Rita", "Zoe", "Max"}


def line(below: Person, above: Person, kind: str = "line", start: date = LONG_AGO, end: date | None = None) -> None:
    ReportingLine.objects.create(
        position=below.assignments.get().position,
        manager=above.assignments.get().position,
        kind=kind,
        valid_from=start,
        valid_until=end,
    )


def test_a_line_across_units_opens_and_lets_change(rita, max_, zoe, milo):
    line(zoe.person, max_.person)
    assert seen(max_) == changes(max_) == {"Rita", "Max", "Zoe"}
    assert seen(milo) == {"Zoe", "Milo"}


def test_a_dotted_line_opens_but_does_not_let_change(rita, max_, zoe, milo):
    line(zoe.person, max_.person, kind="dotted")
    assert seen(max_) == {"Rita", "Max", "Zoe"}
    assert changes(max_) == {"Rita", "Max"}


def test_a_product_line_opens_nothing(rita, max_, zoe):
    line(zoe.person, max_.person, kind="product")
    assert seen(max_) == {"Rita", "Max"}


def test_a_line_that_ended_opens_nothing(rita, max_, zoe):
    line(zoe.person, max_.person, end=TODAY)
    assert seen(max_) == {"Rita", "Max"}


def test_a_manager_who_answers_across_units_brings_his_unit_along(rita, max_, zoe, milo):
    line(milo.person, max_.person)
    assert seen(max_) == {"Rita", "Max", "Milo", "Zoe"}


def test_the_chain_of_command_goes_on_beyond_the_tree(erin, rita, max_, zoe, milo):
    """Erin leads Max by the tree, Milo answers to Max by a line, Zoe is in Milo's unit."""
    line(milo.person, max_.person)
    assert seen(erin) == {"Erin", "Rita", "Max", "Milo", "Zoe"}


def test_lines_in_a_circle_end(rita, max_, milo, zoe):
    line(milo.person, max_.person)
    line(max_.person, milo.person)
    assert seen(milo) == {"Rita", "Max", "Milo", "Zoe"}


def test_a_role_over_a_unit_reaches_no_further(company, adam, olaf, rita, zoe):
    user = make_user("Oskar")
    grant_role(actor=adam, user=user, role=Role.SALES_OPERATIONS, unit=company.east, on=LONG_AGO)
    assert seen(user) == changes(user) == {"Rita"}
    scope = scope_of(user, TODAY)
    assert not scope.has(Role.SALES_OPERATIONS)
    assert scope.has_over(company.suzhou.pk, Role.SALES_OPERATIONS)
    assert not scope.has_over(company.shenzhen.pk, Role.SALES_OPERATIONS)


def test_an_auditor_of_a_unit_changes_nothing(company, adam, rita, zoe):
    user = make_user("Arne")
    grant_role(actor=adam, user=user, role=Role.AUDITOR, unit=company.east, on=LONG_AGO)
    assert seen(user) == {"Rita"}
    assert changes(user) == set()


def test_a_role_that_ended_is_gone(company, rita, zoe):
    user = make_user("Dirk")
    RoleGrant.objects.create(user=user, role=Role.DIRECTOR, valid_from=LONG_AGO, valid_until=TODAY)
    assert (seen(user, YESTERDAY), seen(user)) == ({"*"}, set())


def grant(person: Person, kind: str, object_id: int, **fields: object) -> None:
    values = {"valid_from": LONG_AGO, "source": "test", **fields}
    AccessGrant.objects.create(person=person, kind=kind, object_id=object_id, **values)


def test_a_person_granted_is_seen_and_changed_only_if_so_granted(rita, ray, zoe):
    grant(rita.person, AccessKind.PERSON, ray.person_id)
    grant(rita.person, AccessKind.PERSON, zoe.person_id, may_change=True)
    assert seen(rita) == {"Rita", "Ray", "Zoe"}
    assert changes(rita) == {"Rita", "Zoe"}


def test_a_unit_granted_opens_all_below_it(company, petra, rita, max_, erin, zoe):
    grant(petra.person, AccessKind.UNIT, company.east.pk)
    assert seen(petra) == {"Petra", "Rita", "Max", "Erin"}
    assert changes(petra) == {"Petra"}
    assert scope_of(petra, TODAY).sees_unit(company.suzhou.pk)


def test_a_grant_to_come_or_gone_opens_nothing(rita, ray, zoe):
    grant(rita.person, AccessKind.PERSON, ray.person_id, valid_from=date(2026, 12, 1))
    grant(rita.person, AccessKind.PERSON, zoe.person_id, valid_until=TODAY)
    assert seen(rita) == {"Rita"}


def test_other_grants_are_told_by_kind(petra):
    grant(petra.person, AccessKind.PRODUCT_LINE, 7)
    grant(petra.person, AccessKind.ACCOUNT, 8, may_change=True)
    scope = scope_of(petra, TODAY)
    assert scope.granted == {"product_line": frozenset({7}), "account": frozenset({8})}
    assert scope.granted_to_change == {"account": frozenset({8})}


@pytest.mark.parametrize(
    ("who", "most"), [("rita", 2), ("max_", 5), ("erin", 5), ("petra", 2), ("dora", 2), ("axel", 2), ("hanna", 2)]
)
def test_a_scope_costs_few_queries(request, company, rita, zoe, who, most, django_assert_max_num_queries):
    user, again = (User.objects.get(pk=request.getfixturevalue(who).pk) for _ in range(2))
    with django_assert_max_num_queries(most):
        scope_of(user, TODAY)
    with django_assert_max_num_queries(1):
        scope_of(again, TODAY)


def test_a_scope_is_compiled_once_a_request(max_, django_assert_num_queries):
    scope_of(max_, TODAY)
    with django_assert_num_queries(0):
        scope_of(max_, TODAY)


def test_many_ids_are_one_parameter_and_find_the_same(company, rita, zoe):
    Person.objects.bulk_create([Person(name=f"P{n}") for n in range(FEW * 2)])
    wanted = set(Person.objects.exclude(pk=zoe.person_id).values_list("pk", flat=True))
    assert len(wanted) > FEW
    found = User.objects.filter(among("person_id", wanted) | Q(pk__in=[]))
    assert set(found) == {rita}
    assert set(Person.objects.filter(among("pk", wanted)).values_list("pk", flat=True)) == wanted
    assert not Person.objects.filter(among("pk", [])).exists()


@pytest.mark.slow
def test_thirty_thousand_people_are_compiled_in_a_few_queries(company, django_assert_max_num_queries):
    """Three hundred teams of a hundred, each person with an earlier place elsewhere."""
    boss = make_person("Boss", company.east, Role.MANAGER).user
    teams = [make_unit(f"T{n}", company.east) for n in range(300)]
    people = Person.objects.bulk_create([Person(name=f"P{n}") for n in range(30_000)], batch_size=5000)
    seats = Position.objects.bulk_create(
        [Position(name="s", unit=teams[n % 300]) for n in range(30_000)], batch_size=5000
    )
    old = Position.objects.bulk_create([Position(name="o", unit=company.shenzhen) for _ in people], batch_size=5000)
    moved = date(2024, 1, 1)
    rows = [Assignment(person=who, position=seat, valid_from=moved) for who, seat in zip(people, seats, strict=True)]
    rows += [
        Assignment(person=who, position=seat, valid_from=LONG_AGO, valid_until=moved)
        for who, seat in zip(people, old, strict=True)
    ]
    Assignment.objects.bulk_create(rows, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what a database in use knows of its tables
    with django_assert_max_num_queries(5):
        scope = scope_of(boss, TODAY)
    assert len(scope.people) == 30_001
    milo = make_person("Milo2", company.shenzhen, Role.MANAGER).user
    assert len(scope_of(milo, TODAY).people) == 1
