"""What a door of the pages gets once somebody is signed in."""

from django.http import HttpRequest

from tiji.apps.organization.models import User


class ActorRequest(HttpRequest):
    """A request behind `login_required`: `user` is somebody."""

    user: User
