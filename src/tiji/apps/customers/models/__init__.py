from tiji.apps.customers.models.accounts import Account, AccountQuerySet, Division, Industry, OwnershipEvent, Tier
from tiji.apps.customers.models.contacts import Contact

__all__ = ["Account", "AccountQuerySet", "Contact", "Division", "Industry", "OwnershipEvent", "Tier"]
