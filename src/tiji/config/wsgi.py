"""The web process: `granian --interface wsgi tiji.config.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiji.config.settings")
application = get_wsgi_application()
_doors = get_resolver().url_patterns  # every room's doors, so that the first request does not wait for them
# What is loaded by now lives as long as the process: the collector need not look at it again, nor as often.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
