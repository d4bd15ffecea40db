"""Who may open the doors of the exchange room."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tiji.apps.exchange.services.imports.running import start_import
from visibility.doors import EVERYBODY, api, page, post

LOADS = "olaf adam"
SEES = "olaf axel adam"


def build(world):
    upload = SimpleUploadedFile("firms.csv", b"name,tier\nGamma Ltd,A\nDelta Ltd,Z\n")
    world.imported = start_import(actor=world.olaf, upload=upload, kind="accounts", at=timezone.now())


def the_import(world):
    return [world.imported.pk]


def one(may, **more):
    return api(may, args={"import_id": lambda w: w.imported.pk}, **more)


PAGES = {
    "imports": page(SEES),
    "import_new": (page(LOADS), post(LOADS)),
    "import_report": page(SEES, args=the_import),
    "import_map": (page(LOADS, args=the_import), post(LOADS, args=the_import)),
    "import_load": post(LOADS, args=the_import),
    "import_errors": page(LOADS, args=the_import),
    "import_undo": (page(LOADS, args=the_import), post(LOADS, args=the_import)),
}

OPERATIONS = {
    "GET /imports": api(SEES),
    # It takes a form with a file, so this body is refused with 415; test_import_pages.py hands files in.
    "POST /imports": api(EVERYBODY, body={}),
    "GET /imports/{import_id}": one(SEES),
    "PATCH /imports/{import_id}": one(LOADS, body={"bad_rows": "skip"}),
    "GET /imports/{import_id}/preview": one(LOADS),
    "POST /imports/{import_id}/commit": one(LOADS),
    "POST /imports/{import_id}/undo": one(LOADS),
}
