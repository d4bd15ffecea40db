from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "tiji.apps.organization"
    label = "organization"

    def ready(self) -> None:
        from tiji.apps.organization import checks, sign_in, tasks  # noqa: F401
        from tiji.apps.organization.selectors import company, places, scope
        from tiji.apps.organization.selectors.company import company_zone
        from tiji.shared import tokens
        from tiji.shared.company_time import use_zone

        for kept in (scope, company, places):
            kept.watch_tables()
        tokens.watch_tables()
        use_zone(company_zone)
