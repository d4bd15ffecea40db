"""REST operations of the catalog room."""

from tiji.apps.catalog.api import managers, prices, products
from tiji.shared.rest import Router

router = Router("catalog")
router.add_router("", products.router)
router.add_router("", prices.router)
router.add_router("", managers.router)
