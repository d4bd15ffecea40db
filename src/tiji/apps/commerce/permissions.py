"""Who may write commercial documents."""

from tiji.apps.commerce.models import Contract, CreditNote, Invoice, Order, Receipt
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import AccessKind, Person, Role, User
from tiji.apps.organization.selectors.scope import Scope, scope_of
from tiji.apps.pipeline.models import Opportunity

BOOKKEEPERS = (Role.FINANCE, Role.ADMINISTRATOR)
SELLERS = (Role.REP, Role.MANAGER, Role.DIRECTOR, Role.SALES_OPERATIONS, Role.ADMINISTRATOR)
LEADERS = (Role.MANAGER, Role.DIRECTOR, Role.SALES_OPERATIONS, Role.ADMINISTRATOR)
READERS = (*SELLERS, Role.PRODUCT_MANAGER, Role.FINANCE, Role.AUDITOR)


def can_list_documents(actor: User) -> bool:
    """Whoever has to do with contracts and cash; which ones he sees is another question."""
    scope = scope_of(actor)
    return scope.has(*READERS) or bool(scope.roles_over) or bool(scope.granted)


def _sells_for(scope: Scope, owner_id: int | None) -> bool:
    return scope.has(*SELLERS) and scope.changes_person(owner_id)


def _leads(scope: Scope, owner_id: int | None) -> bool:
    if scope.has(Role.FINANCE):
        return True
    return scope.has(*LEADERS) and scope.changes_person(owner_id)


def can_write_any(actor: User) -> bool:
    """Whether there may be a customer for whom he drafts contracts and orders."""
    return scope_of(actor).has(*SELLERS)


def can_book_any(actor: User) -> bool:
    """Finance bills and books money."""
    return scope_of(actor).has(*BOOKKEEPERS)


def can_draft_contract(actor: User, account: Account, opportunity: Opportunity | None = None) -> bool:
    """Whoever sells to the account or owns the deal, those above him, and whoever was given the account for change."""
    scope = scope_of(actor)
    if opportunity is not None and _sells_for(scope, opportunity.owner_id):
        return True
    given = account.pk in scope.granted_to_change.get(AccessKind.ACCOUNT, ())
    return _sells_for(scope, account.owner_id) or (given and scope.has(*SELLERS))


def can_own_document(actor: User, owner: Person | int) -> bool:
    """For whom he may write: himself and those below him; those who keep the data of all for anybody."""
    return scope_of(actor).changes_person(owner if isinstance(owner, int) else owner.pk)


def can_edit_contract(actor: User, contract: Contract) -> bool:
    """The owner and those above him; what is signed is no draft any more and the service refuses it."""
    return _sells_for(scope_of(actor), contract.owner_id)


def can_sign_contract(actor: User, contract: Contract) -> bool:
    """The owner and those above him."""
    return _sells_for(scope_of(actor), contract.owner_id)


def can_reverse_contract(actor: User, contract: Contract) -> bool:
    """Managers of the owner, sales operations, finance, the director."""
    return _leads(scope_of(actor), contract.owner_id)


def can_share_contract(actor: User, contract: Contract) -> bool:
    """Managers of the owner, sales operations, the director: not the owner himself, as it decides who is paid."""
    scope = scope_of(actor)
    return scope.has(*LEADERS) and scope.changes_person(contract.owner_id) and scope.person_id != contract.owner_id


def can_create_order(actor: User, account: Account, contract: Contract | None = None) -> bool:
    """Whoever sells to the account or owns the contract, and those above him."""
    if contract is not None and _sells_for(scope_of(actor), contract.owner_id):
        return True
    return can_draft_contract(actor, account)


def can_edit_order(actor: User, order: Order) -> bool:
    """The owner and those above him."""
    return _sells_for(scope_of(actor), order.owner_id)


def can_reverse_order(actor: User, order: Order) -> bool:
    """Managers of the owner, sales operations, finance, the director."""
    return _leads(scope_of(actor), order.owner_id)


def can_issue_invoice(actor: User, account: Account | None = None) -> bool:
    """Finance."""
    return can_book_any(actor)


def can_issue_credit_note(actor: User, invoice: Invoice | None = None) -> bool:
    """Finance."""
    return can_book_any(actor)


def can_reverse_credit_note(actor: User, note: CreditNote | None = None) -> bool:
    """Finance."""
    return can_book_any(actor)


def can_record_receipt(actor: User, account: Account | None = None) -> bool:
    """Finance."""
    return can_book_any(actor)


def can_reverse_receipt(actor: User, receipt: Receipt | None = None) -> bool:
    """Finance."""
    return can_book_any(actor)


def can_withdraw_documents(actor: User) -> bool:
    """Take back a whole load of documents: those who load files."""
    return scope_of(actor).has(Role.SALES_OPERATIONS, Role.ADMINISTRATOR)
