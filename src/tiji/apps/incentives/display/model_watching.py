"""A model of pay is called off from elsewhere: by word beside the database, as a pay run is."""

from datetime import datetime

from django.utils.translation import gettext as _

from tiji.apps.incentives.models import PayModel
from tiji.apps.incentives.permissions import can_edit_pay_plan
from tiji.apps.incentives.services.model_work import KIND
from tiji.apps.incentives.services.modelling import deny_modelling, withdraw_model
from tiji.apps.incentives.services.progress import call_off, running
from tiji.apps.organization.models import User
from tiji.shared.errors import DomainError
from tiji.shared.permissions import require


def cancel_model(*, actor: User, model: PayModel, at: datetime) -> PayModel:
    """Call a model off: one that waits is over at once, one that is computed stops before its next month.

    While a pay run holds the database's lock on SQLite, one that waits ends when its worker comes to it.
    Raises: NotAllowed, DomainError.
    """
    require(can_edit_pay_plan(actor, model.version.plan), deny_modelling())
    model.refresh_from_db()
    if not model.is_open:
        raise DomainError(_("This model is over already."), code="over")
    call_off(model.pk, actor.pk, KIND)
    if not running():
        withdraw_model(actor=actor, model=model, at=at)
        model.refresh_from_db()
    return model
