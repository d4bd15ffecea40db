"""The audit log's actions in the reader's words."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# The first words of actions, with what they are about. A word that is not here is still in the log and in its search.
ABOUT = {
    "sign_in": _("Sign-in"),
    "user": _("Users"),
    "role": _("Roles"),
    "access": _("Access"),
    "token": _("Access tokens"),
    "company": _("Company"),
    "calendar": _("Calendar"),
    "setting": _("Settings"),
    "unit": _("Units"),
    "person": _("People"),
    "position": _("Positions"),
    "product": _("Products"),
    "product_line": _("Product lines"),
    "price": _("Prices"),
    "price_book": _("Price books"),
    "account": _("Customers"),
    "contact": _("Contacts"),
    "opportunity": _("Opportunities"),
    "activity": _("Visits and activities"),
    "process": _("Sales processes"),
    "stage": _("Stages"),
    "close_reason": _("Reasons for closing"),
    "rival": _("Competitors"),
    "contract": _("Contracts"),
    "order": _("Orders"),
    "invoice": _("Invoices"),
    "credit_note": _("Credit notes"),
    "receipt": _("Receipts"),
    "target_plan": _("Target plans"),
    "target_version": _("Versions of targets"),
    "pay_plan": _("Pay plans"),
    "plan_letter": _("Plan letters"),
    "pay_model": _("Pay models"),
    "quota": _("Quotas"),
    "pay_run": _("Pay runs"),
    "pay_period": _("Months of pay"),
    "pay_fact": _("Facts of payees"),
    "reopening": _("Reopening of months of pay"),
    "pay_adjustment": _("Adjustments of pay"),
    "pay_inquiry": _("Questions about pay"),
    "import": _("Imports"),
    "file": _("Files"),
}

# Several rooms have their own word for the same deed.
DEEDS = {
    pgettext_lazy("deed", "added"): "add create created issue opened hired load loaded stored define draft founded log",
    pgettext_lazy("deed", "edited"): "edit edited changed replaced set line_set typed weighed reshaped versioned",
    pgettext_lazy("deed", "archived"): "archive archived",
    pgettext_lazy("deed", "retired"): "retire",
    pgettext_lazy("deed", "brought back"): "restore returned reactivated",
    pgettext_lazy("deed", "removed"): "cleared discarded",
    pgettext_lazy("deed", "imported"): "import",
    pgettext_lazy("deed", "undone"): "undone withdraw",
    pgettext_lazy("deed", "moved"): "move moved placed",
    pgettext_lazy("deed", "handed over"): "change_owner owner",
    pgettext_lazy("deed", "tier set"): "set_tier",
    pgettext_lazy("deed", "granted"): "granted",
    pgettext_lazy("deed", "revoked"): "revoked",
    pgettext_lazy("deed", "assigned"): "assigned",
    pgettext_lazy("deed", "assignment ended"): "unassigned end",
    pgettext_lazy("deed", "assignment cancelled"): "assignment_cancelled",
    pgettext_lazy("deed", "left"): "left",
    pgettext_lazy("deed", "invited"): "invited",
    pgettext_lazy("deed", "deactivated"): "deactivated",
    pgettext_lazy("deed", "password changed"): "password_changed password_set",
    pgettext_lazy("deed", "planned"): "plan",
    pgettext_lazy("deed", "done"): "complete finished",
    pgettext_lazy("deed", "postponed"): "postpone",
    pgettext_lazy("deed", "won"): "win",
    pgettext_lazy("deed", "lost"): "lose",
    pgettext_lazy("deed", "paused"): "pause",
    pgettext_lazy("deed", "opened again"): "reopen",
    pgettext_lazy("deed", "shared"): "share shared",
    pgettext_lazy("deed", "no longer shared"): "unshare withdrawn",
    pgettext_lazy("deed", "signed"): "sign",
    pgettext_lazy("deed", "confirmed"): "confirm",
    pgettext_lazy("deed", "recorded"): "record",
    pgettext_lazy("deed", "applied"): "apply",
    pgettext_lazy("deed", "no longer applied"): "unapply",
    pgettext_lazy("deed", "reversed"): "reverse",
    pgettext_lazy("deed", "begun"): "started asked",
    pgettext_lazy("deed", "activated"): "activated",
    pgettext_lazy("deed", "locked"): "locked",
    pgettext_lazy("deed", "approved"): "approved",
    pgettext_lazy("deed", "posted"): "posted",
    pgettext_lazy("deed", "handed in"): "reviewed",
    pgettext_lazy("deed", "opened again"): "reopened",
    pgettext_lazy("deed", "finalised"): "finalised",
    pgettext_lazy("deed", "answered"): "answered",
    pgettext_lazy("deed", "cancelled"): "cancelled",
    pgettext_lazy("deed", "two-step sign-in set up"): "two_step_set",
    pgettext_lazy("deed", "two-step sign-in removed"): "two_step_removed",
    pgettext_lazy("deed", "sent"): "sent",
    pgettext_lazy("deed", "reminded"): "reminded",
    pgettext_lazy("deed", "accepted"): "accepted",
    pgettext_lazy("deed", "declined"): "declined",
    pgettext_lazy("deed", "failed"): "failed",
    pgettext_lazy("deed", "refused"): "refused",
    pgettext_lazy("deed", "demo"): "demo",
}
WORDS = {word: said for said, words in DEEDS.items() for word in words.split()}


def about_words(action: str) -> str:
    """What an action is about: “Customers” for account.change_owner."""
    thing = action.partition(".")[0]
    return str(ABOUT.get(thing, thing))


def action_words(action: str) -> str:
    """“Customers · handed over” for account.change_owner; what has no words yet stays as it is written."""
    thing, _dot, deed = action.partition(".")
    about = ABOUT.get(thing)
    if about is None:
        return action
    return f"{about} · {WORDS.get(deed, deed)}" if deed else str(about)
