"""Who may write commercial documents."""

from tiji.apps.commerce.models import Contract, Invoice, Order, Receipt
from tiji.apps.customers.models import Account
from tiji.apps.organization.models import Role, User
from tiji.apps.organization.selectors.scope import scope_of

BOOKKEEPERS = (Role.FINANCE, Role.ADMINISTRATOR)
SELLERS = (Role.REP, Role.MANAGER, Role.DIRECTOR, Role.SALES_OPERATIONS, Role.ADMINISTRATOR)


def _sells_for(actor: User, owner_id: int | None) -> bool:
    scope = scope_of(actor)
    return scope.has(*SELLERS) and scope.sees_person(owner_id)


def can_draft_contract(actor: User, account: Account) -> bool:
    """Whoever sells to the account, and those above him."""
    return _sells_for(actor, account.owner_id)


def can_edit_contract(actor: User, contract: Contract) -> bool:
    """The owner and those above him; what is signed is no draft any more and the service refuses it."""
    return _sells_for(actor, contract.owner_id)


def can_sign_contract(actor: User, contract: Contract) -> bool:
    """The owner and those above him."""
    return _sells_for(actor, contract.owner_id)


def can_reverse_contract(actor: User, contract: Contract) -> bool:
    """Managers of the owner, sales operations, finance, the director."""
    scope = scope_of(actor)
    return scope.sees_person(contract.owner_id) and scope.has(
        Role.MANAGER, Role.SALES_OPERATIONS, Role.FINANCE, Role.DIRECTOR, Role.ADMINISTRATOR
    )


def can_create_order(actor: User, account: Account) -> bool:
    """Whoever sells to the account, and those above him."""
    return _sells_for(actor, account.owner_id)


def can_edit_order(actor: User, order: Order) -> bool:
    """The owner and those above him."""
    return _sells_for(actor, order.owner_id)


def can_reverse_order(actor: User, order: Order) -> bool:
    """Managers of the owner, sales operations, finance, the director."""
    scope = scope_of(actor)
    return scope.sees_person(order.owner_id) and scope.has(
        Role.MANAGER, Role.SALES_OPERATIONS, Role.FINANCE, Role.DIRECTOR, Role.ADMINISTRATOR
    )


def can_issue_invoice(actor: User, account: Account) -> bool:
    """Finance."""
    return scope_of(actor).has(*BOOKKEEPERS)


def can_issue_credit_note(actor: User, invoice: Invoice) -> bool:
    """Finance."""
    return scope_of(actor).has(*BOOKKEEPERS)


def can_record_receipt(actor: User, account: Account) -> bool:
    """Finance."""
    return scope_of(actor).has(*BOOKKEEPERS)


def can_reverse_receipt(actor: User, receipt: Receipt) -> bool:
    """Finance."""
    return scope_of(actor).has(*BOOKKEEPERS)
