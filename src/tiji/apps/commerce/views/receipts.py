"""Pages of receipts: the list, one receipt, recording, applying, taking back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.commerce.forms import ApplyForm, ReceiptForm, posted
from tiji.apps.commerce.models import Invoice, Receipt
from tiji.apps.commerce.pages.lists import ReceiptList
from tiji.apps.commerce.pages.payments import apply_preview, receipt_preview
from tiji.apps.commerce.permissions import can_book_any, can_record_receipt, can_reverse_receipt
from tiji.apps.commerce.selectors.pages import applications_of
from tiji.apps.commerce.services.receipts import apply_receipt, record_receipt, reverse_application, reverse_receipt
from tiji.apps.commerce.views.doors import act, asked_for, listing, reverse_dialog, today, visible
from tiji.kernel.money import Money
from tiji.shared.permissions import require

receipts = listing(ReceiptList)


@require_GET
@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Receipt, pk)
    stands = found.reverses_id is None and getattr(found, "reversed_by", None) is None
    books = stands and can_book_any(request.user)  # type: ignore[arg-type]
    context = {
        "receipt": found,
        "rest": Money(found.unapplied, found.currency),
        "applied": Money(found.amount - found.unapplied, found.currency),
        "applications": list(applications_of(found)),
        "stands": stands,
        "can_apply": books and found.unapplied > 0,
        "can_reverse": books,
    }
    return render(request, "commerce/receipt.html", context)


@login_required
def receipt_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_record_receipt(actor), _("Finance records receipts. Ask them."))
    bill = asked_for(request, Invoice, "invoice")
    key = request.GET.get("account", "")
    initial: dict[str, Any] = {"account": key} if key.isdecimal() and len(key) < 19 else {}
    if bill is not None:
        initial = {"account": bill.account_id, "amount": bill.balance}
    form = ReceiptForm(posted(request), actor=actor, today=today(), initial=initial)

    def record(form: Any) -> Receipt:
        return record_receipt(actor=actor, **form.facts())

    context = {"preview": receipt_preview(actor, request.POST or initial, today())}
    return act(request, form, "commerce/receipt_new.html", context, record, _("Receipt recorded"))


@require_GET
@login_required
def receipt_items(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_record_receipt(actor), _("Finance records receipts. Ask them."))
    return render(request, "commerce/open_items.html", {"preview": receipt_preview(actor, request.GET, today())})


@require_GET
@login_required
def receipt_rest(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_record_receipt(actor), _("Finance records receipts. Ask them."))
    return render(request, "commerce/rest.html", {"preview": receipt_preview(actor, request.GET, today())})


@login_required
def receipt_apply(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Receipt, pk)
    actor: Any = request.user
    require(can_record_receipt(actor, found.account), _("Finance applies receipts. Ask them."))
    form = ApplyForm(posted(request), today=today())

    def apply(form: Any) -> Receipt:
        return apply_receipt(actor=actor, receipt=found, **form.facts())

    context = {"receipt": found, "preview": apply_preview(found, request.POST or request.GET, today())}
    return act(request, form, "commerce/receipt_apply.html", context, apply, _("Receipt applied"))


@login_required
def receipt_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Receipt, pk)
    actor: Any = request.user
    require(can_reverse_receipt(actor, found), _("Finance takes receipts back. Ask them."))

    def take_back(**typed: Any) -> Receipt:
        return reverse_receipt(receipt=found, **typed)

    consequence = _("A second, negative receipt counts on that day, and the invoices it paid are open again.")
    return reverse_dialog(request, found, _("Take receipt %(n)s back") % {"n": found.number}, consequence, take_back)


@login_required
def receipt_unapply(request: HttpRequest, pk: int, application_pk: int) -> HttpResponse:
    found = visible(request, Receipt, pk)
    actor: Any = request.user
    require(can_reverse_receipt(actor, found), _("Finance takes receipts back. Ask them."))
    application = get_object_or_404(found.applications.select_related("invoice"), pk=application_pk)

    def take_back(**typed: Any) -> Any:
        return reverse_application(application=application, **typed)

    consequence = _("The invoice is open again, and the money may be applied to another one.")
    title = _("Take the payment of %(n)s back") % {"n": application.invoice.number}
    return reverse_dialog(request, found, title, consequence, take_back)
