"""Who may do what with customers."""

from tiji.apps.customers.models import Account, Contact
from tiji.apps.organization.models import AccessKind, Person, Role, User
from tiji.apps.organization.selectors.scope import Scope, scope_of

SELLS = (Role.REP, Role.MANAGER, Role.PRODUCT_MANAGER)
READS = (*SELLS, Role.SALES_OPERATIONS, Role.FINANCE, Role.DIRECTOR, Role.AUDITOR, Role.ADMINISTRATOR)


def can_list_accounts(actor: User) -> bool:
    """Whoever has to do with customers; which ones he sees is another question."""
    scope = scope_of(actor)
    return scope.has(*READS) or bool(scope.roles_over) or bool(scope.granted)


def can_create_account(actor: User, owner: Person | None = None) -> bool:
    """Whoever sells, for himself or for somebody below him; sales operations and the director for anybody."""
    scope = scope_of(actor)
    if scope.changes_everything:
        return True
    return (scope.has(*SELLS) or scope.leads_somebody) and (owner is None or scope.changes_person(owner.pk))


def can_edit_account(actor: User, account: Account) -> bool:
    """The owner, his managers, whoever was granted it for change, and those who keep the data of all."""
    scope = scope_of(actor)
    if scope.changes_everything or account.pk in scope.granted_to_change.get(AccessKind.ACCOUNT, ()):
        return True
    return (scope.has(*SELLS) or scope.leads_somebody) and scope.changes_person(account.owner_id)


def can_set_tier(actor: User, account: Account | None = None) -> bool:
    """Managers grade the customers of their people; those who keep the data of all grade any."""
    scope = scope_of(actor)
    return scope.leads_somebody if account is None else _leads(scope, account.owner_id)


def can_change_owner(actor: User, account: Account | None = None, to_owner: Person | None = None) -> bool:
    """A manager moves customers among his own people; those who keep the data of all move any."""
    return can_set_tier(actor, account) and (to_owner is None or _leads(scope_of(actor), to_owner.pk))


def can_archive_account(actor: User, account: Account | None = None) -> bool:
    """Managers for their people's customers, and those who keep the data of all."""
    return can_set_tier(actor, account)


def can_edit_contact(actor: User, contact: Contact) -> bool:
    """Whoever may edit the customer."""
    return can_edit_account(actor, contact.account)


def _leads(scope: Scope, person_id: int | None) -> bool:
    """His people, and himself when he leads any: a manager has customers of his own."""
    return scope.changes_everything or (scope.leads_somebody and scope.changes_person(person_id))
