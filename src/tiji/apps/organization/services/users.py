"""Who may sign in, and what each has chosen for himself."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from tiji.apps.organization.models import Person, User
from tiji.apps.organization.permissions import can_deactivate_user, can_manage_users
from tiji.shared import audit
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require


class UserRow(NamedTuple):
    """One user for `invite_users`: without a password he sets one through the mail that resets it."""

    email: str
    name: str = ""
    person: Person | None = None
    password: str | None = None
    language: str = ""


@transaction.atomic
def invite_user(*, actor: User, email: str, name: str = "", person: Person | None = None, language: str = "") -> User:
    """Let somebody sign in; `sign_in.send_invitation` mails him the link. Raises: NotAllowed, DomainError."""
    require(can_manage_users(actor))
    email = _clean_email(email)
    if person is not None:
        _check_person(person)
    user = User(email=email, name=name.strip() or (person.name if person else email.partition("@")[0]), person=person)
    user.language = _clean_language(language)
    user.set_unusable_password()
    user.save()
    audit.record("user.invited", user, None, {"email": email, "person": person.pk if person else None}, actor=actor)
    return user


@transaction.atomic
def invite_users(*, actor: User, rows: Iterable[UserRow]) -> list[User]:
    """Let many sign in, in one set. Raises: NotAllowed; DomainError if an address is wrong or taken."""
    require(can_manage_users(actor))
    wanted = list(rows)
    hashes = {password: make_password(password) for password in {row.password for row in wanted}}
    taken = set(User.objects.values_list("email", flat=True))
    users = []
    for row in wanted:
        email = _clean_email(row.email, taken)
        taken.add(email)
        name = row.name or (row.person.name if row.person else email)
        language = _clean_language(row.language)
        users.append(User(email=email, name=name, person=row.person, language=language, password=hashes[row.password]))
    made = User.objects.bulk_create(users, batch_size=500)
    audit.record_many([audit.Deed("user.invited", user, None, {"email": user.email}) for user in made], actor=actor)
    return made


@transaction.atomic
def edit_user(*, actor: User, user: User, name: str, email: str) -> User:
    """Change somebody's name or address. Raises: NotAllowed, DomainError."""
    require(can_manage_users(actor))
    user = User.objects.select_for_update().get(pk=user.pk)
    before = {"name": user.name, "email": user.email}
    if email.strip().lower() != user.email:
        user.email = _clean_email(email)
    if not name.strip():
        raise DomainError(_("Type the user's name."), field="name", code="required")
    user.name = name.strip()
    user.save(update_fields=["name", "email"])
    audit.record("user.edited", user, before, {"name": user.name, "email": user.email}, actor=actor)
    return user


@transaction.atomic
def deactivate_user(*, actor: User, user: User) -> User:
    """Nobody signs in as this user any more, and his sessions and tokens end now. Raises: NotAllowed."""
    require(can_deactivate_user(actor, user), _("Ask another administrator: nobody deactivates himself."))
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        return user
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
    audit.record("user.deactivated", user, {"active": True}, {"active": False}, actor=actor)
    return user


@transaction.atomic
def reactivate_user(*, actor: User, user: User) -> User:
    """Let somebody sign in again. Raises: NotAllowed; DomainError if his person has left."""
    require(can_manage_users(actor))
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.person is not None and user.person.left_on is not None:
        message = _("%(name)s left on %(day)s. Take him back first.")
        raise DomainError(message % {"name": user.person, "day": user.person.left_on}, code="left")
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record("user.reactivated", user, {"active": False}, {"active": True}, actor=actor)
    return user


@transaction.atomic
def set_password(*, actor: User, user: User, password: str) -> None:
    """Set somebody's password; his sessions end. Raises: NotAllowed, DomainError."""
    require(can_manage_users(actor))
    check_password(password, user)
    user = User.objects.select_for_update().get(pk=user.pk)
    user.set_password(password)
    user.save(update_fields=["password"])
    end_sessions(user)
    audit.record("user.password_set", user, None, None, actor=actor)


@transaction.atomic
def set_preferences(
    *, user: User, language: str | None = None, theme: str | None = None, single_key_shortcuts: bool | None = None
) -> User:
    """What somebody chooses for himself; None leaves it. Raises: DomainError."""
    changed = []
    if language is not None:
        user.language = _clean_language(language)
        changed.append("language")
    if theme is not None:
        if theme not in User.Theme.values:
            raise DomainError(_("Choose light, dark or as the device."), field="theme", code="choice")
        user.theme = theme
        changed.append("theme")
    if single_key_shortcuts is not None:
        user.single_key_shortcuts = single_key_shortcuts
        changed.append("single_key_shortcuts")
    user.save(update_fields=changed)
    return user


@transaction.atomic
def close_sign_in_of_leavers(*, today: date) -> int:
    """Deactivate the users whose person has left by today; returns how many. An hourly job calls it."""
    leaving = list(
        User.objects.select_for_update(of=("self",)).filter(is_active=True, person__left_on__lte=today).order_by("pk")
    )
    for user in leaving:
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_sessions(user)
    deeds = [audit.Deed("user.deactivated", user, {"active": True}, {"active": False}, "left") for user in leaving]
    audit.record_many(deeds)
    return len(leaving)


def end_sessions(user: User) -> None:
    """End every session of a user, and every token that acts for him."""
    from allauth.usersessions.models import UserSession

    from tiji.shared.models import ApiToken

    sessions = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
    sessions.delete()
    if not user.is_active:
        from django.utils import timezone

        ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=timezone.now())


def check_password(password: str, user: User) -> None:
    """Raises: DomainError with what the password lacks."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), field="password", code="weak-password") from error


def _check_person(person: Person) -> None:
    if User.objects.filter(person=person).exists():
        raise DomainError(_("This person can sign in already."), field="person", code="taken")
    if person.left_on is not None:
        message = _("%(name)s left on %(day)s. Take him back first.")
        raise DomainError(message % {"name": person, "day": person.left_on}, field="person", code="left")


def _clean_email(email: str, taken: set[str] | None = None) -> str:
    cleaned = email.strip().lower()
    try:
        validate_email(cleaned)
    except ValidationError as error:
        message = _("“%(email)s” is not an e-mail address.") % {"email": email}
        raise DomainError(message, field="email", code="email") from error
    used: Any = cleaned in taken if taken is not None else User.objects.filter(email=cleaned).exists()
    if used:
        message = _("“%(email)s” signs in already. Use another address.") % {"email": cleaned}
        raise DomainError(message, field="email", code="taken")
    return cleaned


def _clean_language(language: str) -> str:
    if language and language not in dict(settings.LANGUAGES):
        raise DomainError(_("Choose one of the languages offered."), field="language", code="choice")
    return language
