from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "tiji.apps.organization"
    label = "organization"

    def ready(self) -> None:
        from tiji.apps.organization import checks, sign_in  # noqa: F401
        from tiji.apps.organization.selectors import scope
        from tiji.shared import tokens

        scope.watch_tables()
        tokens.watch_tables()
