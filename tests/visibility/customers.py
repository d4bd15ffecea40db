"""Who may open the doors of the customers room."""

from makers import make_account
from makers_customers import enter_contact
from visibility.doors import EVERYBODY, api, page, post

READERS = "rita ray max_ erin zoe milo petra olaf fiona dora axel adam"
SEE_RITAS = "rita max_ erin olaf fiona dora axel adam"
CHANGE_RITAS = "rita max_ erin olaf dora adam"
LEAD_RITA = "max_ erin olaf dora adam"
LEADERS = "max_ erin milo olaf dora adam"
ENTER = "rita ray max_ erin zoe milo petra olaf dora adam"
READ_ONLY = {"fiona": 403, "axel": 403}
NO_LEADERS = {"rita": 403, **READ_ONLY}


def build(world):
    world.account = make_account("Acme", world.rita.person)
    world.contact = enter_contact(world.rita, world.account)


def the_account(world):
    return [world.account.pk]


def the_contact(world):
    return [world.contact.pk]


def one(may, but, args):
    return (page(may, no=404, but=but, args=args), post(may, no=404, but=but, args=args))


def both(may):
    return (page(may), post(may))


PAGES = {
    "accounts": page(READERS),
    "contacts": page(READERS),
    "account_new": both(ENTER),
    "account_tiers": page(EVERYBODY),
    "account_lookup": page(EVERYBODY, query="q=a"),
    "owner_lookup": page(EVERYBODY, query="q=a"),
    "account_similar": page(EVERYBODY, query="name=Acme"),
    "account_check": page(EVERYBODY),
    "division_choice": page(EVERYBODY),
    "accounts_reassign": both(LEADERS),
    "accounts_tier": both(LEADERS),
    "accounts_archive": both(LEADERS),
    "account": page(SEE_RITAS, no=404, args=the_account),
    "account_changes": page(SEE_RITAS, no=404, args=the_account),
    "account_edit": one(CHANGE_RITAS, READ_ONLY, the_account),
    "account_restore": post(LEAD_RITA, no=404, but=NO_LEADERS, args=the_account),
    "contact_new": one(CHANGE_RITAS, READ_ONLY, the_account),
    "contact_edit": one(CHANGE_RITAS, READ_ONLY, the_contact),
    "contact_archive": one(CHANGE_RITAS, READ_ONLY, the_contact),
}


def account(may, body=None, but=None):
    return api(may, body=body, no=404, but=but or {}, args={"account_id": lambda w: w.account.pk})


def contact(may, body=None, but=None):
    return api(may, body=body, no=404, but=but or {}, args={"contact_id": lambda w: w.contact.pk})


OPERATIONS = {
    "GET /accounts": api(EVERYBODY),
    "POST /accounts": api(ENTER, body={"name": "Beta"}),
    "GET /accounts/{account_id}": account(SEE_RITAS),
    "PATCH /accounts/{account_id}": account(SEE_RITAS, body={"phone": "1"}),
    "POST /accounts/{account_id}/owner": account(SEE_RITAS, body={"owner_id": 999_999}),
    "POST /accounts/{account_id}/tier": account(LEAD_RITA, body={"tier": "A"}, but=NO_LEADERS),
    "POST /accounts/{account_id}/archive": account(LEAD_RITA, body={}, but=NO_LEADERS),
    "POST /accounts/{account_id}/restore": account(LEAD_RITA, but=NO_LEADERS),
    "GET /contacts": api(EVERYBODY),
    "POST /contacts": api(EVERYBODY, body={"account_id": 999_999, "name": "x"}),
    "GET /contacts/{contact_id}": contact(SEE_RITAS),
    "PATCH /contacts/{contact_id}": contact(SEE_RITAS, body={"phone": "1"}),
    "POST /contacts/{contact_id}/archive": contact(CHANGE_RITAS, but=READ_ONLY),
    "GET /divisions": api(EVERYBODY),
    "GET /industries": api(EVERYBODY),
}
