"""REST operations of the customers room."""

from tiji.apps.customers.api import accounts, contacts, places
from tiji.shared.rest import Router

router = Router("customers")
router.add_router("", accounts.router)
router.add_router("", contacts.router)
router.add_router("", places.router)
