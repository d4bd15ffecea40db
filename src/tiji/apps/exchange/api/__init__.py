"""REST operations of the exchange room."""

from tiji.apps.exchange.api import imports

router = imports.router
