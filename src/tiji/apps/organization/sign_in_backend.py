"""Who is signed in: his row is kept in memory until somebody changes a user, so that a page costs no query for it."""

from copy import copy
from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from tiji.apps.organization.models import User
from tiji.shared import stamps, tokens


class KeptUserBackend(AuthenticationBackend):
    """allauth's sign-in; the user of a session comes with the stamps that were read for him."""

    def get_user(self, user_id: Any) -> User | None:
        read = stamps.read()
        try:
            found = (_kept if tokens.STAMP in read else _user)(int(user_id), read.get(tokens.STAMP))
        except (User.DoesNotExist, ValueError):
            return None
        if not self.user_can_authenticate(found):
            return None
        user = copy(found)
        user.stamps = read
        stamps.remember(read)
        return user


def _user(user_id: int, _stamp: int | None) -> User:
    return User.objects.get(pk=user_id)


_kept = lru_cache(maxsize=1000)(_user)
