"""Tiji's database and models behind a bare Django; the one middleware is what the installed apps insist on."""

from tiji.config.settings import *  # noqa: F403

ROOT_URLCONF = "_bare"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
