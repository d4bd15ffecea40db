"""The web process: `granian --interface wsgi tiji.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiji.config.settings")
application = get_wsgi_application()
