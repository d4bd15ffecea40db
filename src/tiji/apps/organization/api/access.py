"""Users and their roles, and what somebody chooses for himself."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse

from tiji.apps.organization.api.router import router
from tiji.apps.organization.api.units import DayIn
from tiji.apps.organization.models import Person, RoleGrant, Unit, User
from tiji.apps.organization.permissions import can_manage_roles, can_manage_users, can_view_users
from tiji.apps.organization.services.access import grant_role, revoke_role
from tiji.apps.organization.services.users import (
    deactivate_user,
    edit_user,
    invite_user,
    reactivate_user,
    set_password,
    set_preferences,
)
from tiji.apps.organization.sign_in import send_invitation
from tiji.shared.paging import keyset
from tiji.shared.permissions import require
from tiji.shared.rest import (
    ApiRequest,
    Field,
    Id,
    In,
    Out,
    PageOf,
    Paging,
    Query,
    answer,
    created,
    found,
    no_content,
    page_answer,
)


class UserOut(Out):
    id: int
    email: str
    name: str
    person_id: int | None
    is_active: bool
    last_login: datetime | None


class UserIn(In):
    email: str = Field(min_length=3, max_length=254)
    name: str = Field("", max_length=120)
    person_id: Id | None = None
    language: str = Field("zh-hans", max_length=10)


class UserPatch(In):
    email: str = Field("", min_length=3, max_length=254)
    name: str = Field("", min_length=1, max_length=120)


class PasswordIn(In):
    password: str = Field(min_length=1, max_length=1000)


class RoleOut(Out):
    id: int
    user_id: int
    role: str
    unit_id: int | None
    valid_from: date
    valid_until: date | None


class RoleIn(In):
    user_id: Id
    role: str = Field(max_length=20)
    unit_id: Id | None = None
    on: date
    until: date | None = None


class PreferencesOut(Out):
    language: str
    theme: str
    single_key_shortcuts: bool


class PreferencesIn(In):
    language: str | None = Field(None, max_length=10)
    theme: str | None = Field(None, max_length=5)
    single_key_shortcuts: bool | None = None


USER_ROW = tuple(UserOut.model_fields)
ROLE_ROW = tuple(RoleOut.model_fields)


def as_json(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """The named attributes."""
    return {name: getattr(thing, name) for name in names}


@router.get("/users", response=PageOf[UserOut])
def list_users(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """Who may sign in."""
    require(can_view_users(request.actor))
    return page_answer(request, keyset(User.objects.values(*USER_ROW), ("name", "id"), paging.cursor, paging.size))


@router.post("/users", response={201: UserOut})
def invite(request: ApiRequest, data: UserIn) -> HttpResponse:
    """Invite somebody; a mail with a link to his first password goes out."""
    require(can_manage_users(request.actor))
    person = found(Person.objects.all(), data.person_id, field="person_id") if data.person_id else None
    user = invite_user(actor=request.actor, person=person, **data.model_dump(exclude={"person_id"}))
    send_invitation(request, user)
    return created(request, as_json(user, USER_ROW), f"/users/{user.pk}")


@router.get("/users/{user_id}", response=UserOut)
def read_user(request: ApiRequest, user_id: Id) -> HttpResponse:
    """One user."""
    require(can_view_users(request.actor))
    return answer(request, as_json(found(User.objects.all(), user_id), USER_ROW))


@router.patch("/users/{user_id}", response=UserOut)
def change_user(request: ApiRequest, user_id: Id, data: UserPatch) -> HttpResponse:
    """Change somebody's name or the address he signs in with."""
    require(can_manage_users(request.actor))
    user = found(User.objects.all(), user_id)
    facts = {"name": user.name, "email": user.email, **data.model_dump(exclude_unset=True)}
    return answer(request, as_json(edit_user(actor=request.actor, user=user, **facts), USER_ROW))


@router.post("/users/{user_id}/password", response={204: None}, once=False)
def put_password(request: ApiRequest, user_id: Id, data: PasswordIn) -> HttpResponse:
    """Set somebody's password; his sessions end."""
    require(can_manage_users(request.actor))
    set_password(actor=request.actor, user=found(User.objects.all(), user_id), password=data.password)
    return no_content(request)


@router.post("/users/{user_id}/deactivate", response=UserOut)
def close_user(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Close somebody's sign-in; sessions and tokens end."""
    require(can_manage_users(request.actor))
    user = found(User.objects.all(), user_id)
    return answer(request, as_json(deactivate_user(actor=request.actor, user=user), USER_ROW))


@router.post("/users/{user_id}/reactivate", response=UserOut)
def open_user(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Open somebody's sign-in again."""
    require(can_manage_users(request.actor))
    user = found(User.objects.all(), user_id)
    return answer(request, as_json(reactivate_user(actor=request.actor, user=user), USER_ROW))


@router.get("/roles", response=PageOf[RoleOut])
def list_roles(request: ApiRequest, paging: Query[Paging]) -> HttpResponse:
    """Roles given beside those of positions."""
    require(can_view_users(request.actor))
    return page_answer(request, keyset(RoleGrant.objects.values(*ROLE_ROW), ("id",), paging.cursor, paging.size))


@router.post("/roles", response={201: RoleOut})
def give_role(request: ApiRequest, data: RoleIn) -> HttpResponse:
    """Give a user a role for the whole company or a unit."""
    require(can_manage_roles(request.actor))
    user = found(User.objects.all(), data.user_id, field="user_id")
    unit = found(Unit.objects.all(), data.unit_id, field="unit_id") if data.unit_id else None
    grant = grant_role(actor=request.actor, user=user, role=data.role, unit=unit, on=data.on, until=data.until)
    return created(request, as_json(grant, ROLE_ROW), f"/roles/{grant.pk}")


@router.post("/roles/{grant_id}/revoke", response={204: None})
def take_role(request: ApiRequest, grant_id: Id, data: DayIn) -> HttpResponse:
    """End a role on a day."""
    require(can_manage_roles(request.actor))
    grant = found(RoleGrant.objects.select_related("user"), grant_id)
    revoke_role(actor=request.actor, grant=grant, on=data.on)
    return no_content(request)


@router.get("/me/preferences", response=PreferencesOut)
def read_preferences(request: ApiRequest) -> HttpResponse:
    """What the caller has chosen for himself."""
    return answer(request, as_json(request.actor, tuple(PreferencesOut.model_fields)))


@router.patch("/me/preferences", response=PreferencesOut)
def change_preferences(request: ApiRequest, data: PreferencesIn) -> HttpResponse:
    """Choose language, theme and shortcuts."""
    user = set_preferences(user=request.actor, **data.model_dump(exclude_unset=True))
    return answer(request, as_json(user, tuple(PreferencesOut.model_fields)))
