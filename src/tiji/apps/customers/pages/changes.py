"""The history of a customer as people read it."""

from django.utils.translation import gettext_lazy as _

from tiji.apps.customers.models import Account
from tiji.shared.audit import AuditFilters, audit_entries
from tiji.ui.changes import Deed, History

ACTIONS = {
    "account.create": _("Entered it"),
    "account.edit": _("Edited it"),
    "account.change_owner": _("Handed it over"),
    "account.set_tier": _("Set the tier"),
    "account.archive": _("Archived it"),
    "account.restore": _("Brought it back"),
}
LABELS = {
    "owner": _("Owner"),
    "parent": _("Belongs to"),
    "to_owner": _("Owner"),
    "from_owner": _("Owner"),
    "archived": _("Archived"),
    "archived_at": _("Archived"),
    "attributes": _("More facts"),
}


def account_history(account: Account, limit: int) -> list[Deed]:
    """What was done to a customer, latest first."""
    entries = audit_entries(AuditFilters(object_type="customers.account", object_id=account.pk))[:limit]
    return History(Account, labels=LABELS, actions=ACTIONS, hidden=("version",)).deeds(entries)
