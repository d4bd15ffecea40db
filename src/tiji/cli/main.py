"""The `tiji` command: every command of every room, with settings found by itself."""

import os
import sys

from tiji.cli.environment import prepare


def main() -> None:
    """Run one command, such as `tiji demo` or `tiji init --company …`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiji.config.settings")
    prepare(*(sys.argv[1:3] or ["help"]))
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from tiji.shared.errors import DomainError

    try:
        speak()
        execute_from_command_line(["tiji", *sys.argv[1:]])
    except (DomainError, ImproperlyConfigured) as error:
        sys.exit(f"tiji: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def speak() -> None:
    """Answer in the terminal's language: Chinese where it is Chinese, else English."""
    import django
    from django.utils import translation

    django.setup()
    names = (os.environ.get(name, "") for name in ("TIJI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next((name for name in names if name), "")
    translation.activate("zh-hans" if chosen.lower().startswith("zh") else "en")


if __name__ == "__main__":
    main()
