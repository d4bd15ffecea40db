"""Why a pay run stopped, in the reader's language: the request keeps a code with its facts, this gives words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

from tiji.shared.errors import DomainError

WORDS: Mapping[str, Any] = {
    "broken": gettext_lazy("Something broke during the run; nothing was written. Run it again."),
    "closed": gettext_lazy(
        "%(month)s is posted. What became known since is paid as a correction by the next month that is run."
    ),
    "in-review": gettext_lazy("%(month)s is in review. Two persons have to open it again before it is computed anew."),
    "interrupted": gettext_lazy("The run was interrupted and wrote nothing."),
    "later-posted": gettext_lazy(
        "%(later)s is posted already, so %(month)s is paid as a correction by the next month that is run."
    ),
    "model-nobody": gettext_lazy(
        "In these months the plan paid nobody, and nobody else was chosen. Choose other months, or whom it pays."
    ),
    "model-not-allowed": gettext_lazy("Only sales operations and the director model plans. Ask them."),
    "no-plan": gettext_lazy("Nobody is paid by a plan in this month. Assign a plan first."),
    "not-allowed": gettext_lazy("Only sales operations run pay. Ask them."),
    "overtaken": gettext_lazy("Other runs of this month were faster each time. Look at theirs, or run it again."),
    "run-stopped": gettext_lazy("The run stopped and wrote nothing: %(reason)s. Mend it and run again."),
    "run-too-large": gettext_lazy(
        "The run stopped and wrote nothing: an amount is too large, or there is too little memory. "
        "Tell the administrator; the log has the details."
    ),
}


def refusal_text(code: str, facts: Mapping[str, Any]) -> str:
    """The words of a code; nothing for one that has none here."""
    return str(WORDS[code]) % facts if code in WORDS else ""


def stopped(code: str, *, field: str | None = None, **facts: Any) -> DomainError:
    """The refusal of this code. Its facts are kept with it, so that another reader has it in his own words."""
    return DomainError(refusal_text(code, facts), field=field, code=code, **facts)
