"""What must hold before anybody signs in."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security)
def demo_mode_is_meant(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Demo mode lets anybody in: on a server it must have been asked for in so many words."""
    if not settings.DEMO_MODE or settings.DEBUG:
        return []
    if "TIJI_DEMO_MODE" not in os.environ:
        return [
            Error(
                "Demo mode is on although nobody asked for it.",
                hint="Set TIJI_DEMO_MODE=1 to show a demo on a server, or TIJI_DEMO_MODE=0.",
                id="organization.E001",
            )
        ]
    return [
        Warning(
            "Demo mode is on: anybody who reaches this server signs in to a demo company with one click.",
            hint="Set TIJI_DEMO_MODE=0 unless this server shows the demo company.",
            id="organization.W001",
        )
    ]
