"""Which loader loads which kind of thing: each has `plan(parsed, context)` and `write(plan, context)`."""

from typing import Any

from tiji.apps.exchange.models.imports import Kind
from tiji.apps.exchange.services.imports import accounts, contacts, opportunities

LOADERS: dict[str, Any] = {
    Kind.ACCOUNTS: accounts,
    Kind.CONTACTS: contacts,
    Kind.OPPORTUNITIES: opportunities,
}
