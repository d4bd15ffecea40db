"""Who may do what with the catalog. Everybody who works here sees it."""

from tiji.apps.catalog.models import ProductLine
from tiji.apps.organization.models import AccessKind, Role, User
from tiji.apps.organization.selectors.scope import scope_of

KEEPS_CATALOG = (Role.SALES_OPERATIONS, Role.DIRECTOR, Role.ADMINISTRATOR)
READS = (*KEEPS_CATALOG, Role.REP, Role.MANAGER, Role.PRODUCT_MANAGER, Role.FINANCE, Role.AUDITOR)
KNOWS_COSTS = (*KEEPS_CATALOG, Role.FINANCE, Role.AUDITOR, Role.PRODUCT_MANAGER)


def can_read_catalog(actor: User) -> bool:
    """Whoever has to do with selling."""
    return scope_of(actor).has(*READS)


def can_edit_catalog(actor: User) -> bool:
    """Lines, price books and every product: sales operations, the director and administrators."""
    return scope_of(actor).has(*KEEPS_CATALOG)


def can_edit_product(actor: User, line: ProductLine) -> bool:
    """Also a product manager who was given the line for change."""
    scope = scope_of(actor)
    return can_edit_catalog(actor) or line.pk in scope.granted_to_change.get(AccessKind.PRODUCT_LINE, ())


def can_create_product(actor: User) -> bool:
    """Whoever keeps the catalog, and a product manager with a line of his own."""
    scope = scope_of(actor)
    return can_edit_catalog(actor) or bool(scope.granted_to_change.get(AccessKind.PRODUCT_LINE))


def can_see_costs(actor: User) -> bool:
    """Standard costs are for those who set prices and those who check them."""
    return scope_of(actor).has(*KNOWS_COSTS)


def can_assign_product_line(actor: User) -> bool:
    """Who says which product manager has which line."""
    return can_edit_catalog(actor)
