"""Pages of invoices and credit notes: the list, one invoice, billing, crediting, taking a credit note back."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tiji.apps.commerce.forms import CreditNoteForm, InvoiceForm, bill_initial, posted
from tiji.apps.commerce.models import Contract, Instalment, Invoice, Order
from tiji.apps.commerce.pages.invoices import invoice_page, owed_again
from tiji.apps.commerce.pages.lists import InvoiceList
from tiji.apps.commerce.permissions import (
    can_issue_credit_note,
    can_issue_invoice,
    can_reverse_credit_note,
)
from tiji.apps.commerce.selectors.pages import left_to_bill
from tiji.apps.commerce.services.invoices import issue_credit_note, issue_invoice, reverse_credit_note
from tiji.apps.commerce.views.doors import act, asked_for, listing, reverse_dialog, today, visible
from tiji.kernel.money import Money
from tiji.shared.permissions import require

invoices = listing(InvoiceList)


@require_GET
@login_required
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Invoice, pk)
    return render(request, "commerce/invoice.html", invoice_page(found, request.user, today()))  # type: ignore[arg-type]


def asked_instalment(request: HttpRequest) -> Instalment | None:
    """The instalment the address names, of a contract one may see."""
    key = request.GET.get("instalment", "")
    if not key:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    row = get_object_or_404(Instalment, pk=key)
    row.contract = visible(request, Contract, row.contract_id)
    return row


def asked_basis(request: HttpRequest) -> dict[str, Any]:
    """What the address says is to be billed, and the document over it."""
    instalment, order = asked_instalment(request), asked_for(request, Order, "order")
    contract = instalment.contract if instalment else asked_for(request, Contract, "contract")
    return {"instalment": instalment, "order": order, "contract": contract, "document": order or contract}


@login_required
def invoice_new(request: HttpRequest) -> HttpResponse:
    actor: Any = request.user
    require(can_issue_invoice(actor), _("Finance issues invoices. Ask them."))
    basis = asked_basis(request)
    document = basis["document"]
    initial = bill_initial(today(), left_of(**basis), basis["instalment"])
    form = InvoiceForm(posted(request), initial=initial, actor=actor, today=today(), basis=document)

    def issue(form: Any) -> Invoice:
        bases = {name: basis[name] for name in ("contract", "instalment", "order")}
        return issue_invoice(actor=actor, **bases, **{"account": document and document.account, **form.cleaned_data})

    return act(request, form, "commerce/invoice_new.html", basis, issue, _("Invoice issued"))


def left_of(instalment: Any, order: Any, contract: Any, document: Any) -> Decimal | None:
    """What is left to bill of the narrowest of them."""
    basis = instalment or order or contract
    return Money(left_to_bill(basis), document.currency).rounded().amount if basis else None


@login_required
def credit_note_new(request: HttpRequest, pk: int) -> HttpResponse:
    found = visible(request, Invoice, pk)
    actor: Any = request.user
    require(can_issue_credit_note(actor, found), _("Finance issues credit notes. Ask them."))
    form = CreditNoteForm(posted(request), currency=found.currency, today=today(), initial={"amount": found.balance})

    def credit(form: Any) -> Invoice:
        issue_credit_note(actor=actor, invoice=found, **form.cleaned_data)
        invoice: Invoice = found
        return invoice

    return act(request, form, "commerce/credit_note_new.html", {"invoice": found}, credit, _("Credit note issued"))


@login_required
def credit_note_reverse(request: HttpRequest, pk: int, note_pk: int) -> HttpResponse:
    found = visible(request, Invoice, pk)
    actor: Any = request.user
    note = get_object_or_404(found.credit_notes.select_related("invoice"), pk=note_pk)
    require(can_reverse_credit_note(actor, note), _("Finance takes credit notes back. Ask them."))

    def take_back(**typed: Any) -> Any:
        return reverse_credit_note(note=note, **typed)

    title = _("Take credit note %(n)s back") % {"n": note.number}
    return reverse_dialog(request, found, title, owed_again(note), take_back)
