"""The product's settings as the tests run them: a throw-away data folder and the database the run was given.

`TIJI_TEST_DATABASE_URL` chooses PostgreSQL; without it the tests run on a SQLite file of their own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_FOLDER = Path(tempfile.mkdtemp(prefix="tiji-test-"))
_OWNER = os.getpid()
(_FOLDER / "static").mkdir()


def _sweep() -> None:
    if os.getpid() == _OWNER:
        shutil.rmtree(_FOLDER, ignore_errors=True)


atexit.register(_sweep)
for _name in [name for name in os.environ if name.startswith("TIJI_") and not name.startswith("TIJI_TEST_")]:
    del os.environ[_name]
os.environ["TIJI_TESTING"] = "1"
os.environ["TIJI_DEMO_MODE"] = "0"
os.environ["TIJI_HTTPS"] = "0"
os.environ["TIJI_SECRET_KEY"] = "a key for tests that nothing outside a test run ever uses, 64 letters"
os.environ["TIJI_DATA_DIR"] = str(_FOLDER)
os.environ["TIJI_DATABASE_URL"] = os.environ.get("TIJI_TEST_DATABASE_URL", "")
# Playwright keeps an event loop in the test's own thread; Django takes that for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

from tiji.config.settings import *  # noqa: E402, F403
from tiji.config.settings import DATABASES  # noqa: E402

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, not memory: the live server's threads and the engine's processes open it beside the test.
    DATABASES["default"]["TEST"] = {"NAME": str(_FOLDER / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
else:
    # The pool would keep connections open to a database that is dropped at the end.
    DATABASES["default"]["OPTIONS"].pop("pool", None)

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
