"""Addresses of the customers' pages."""

from django.urls import path

from tiji.apps.customers.views import accounts, bulk, contacts, divisions

urlpatterns = [
    path("customers/", accounts.accounts, name="accounts"),
    path("customers/new/", accounts.account_new, name="account_new"),
    path("customers/tiers/", accounts.account_tiers, name="account_tiers"),
    path("customers/lookup/", accounts.account_lookup, name="account_lookup"),
    path("customers/owners/", accounts.owner_lookup, name="owner_lookup"),
    path("customers/similar/", accounts.account_similar, name="account_similar"),
    path("customers/check/", accounts.account_check, name="account_check"),
    path("customers/divisions/", divisions.division_choice, name="division_choice"),
    path("customers/hand-over/", bulk.accounts_reassign, name="accounts_reassign"),
    path("customers/tier/", bulk.accounts_tier, name="accounts_tier"),
    path("customers/archive/", bulk.accounts_archive, name="accounts_archive"),
    path("customers/<int:pk>/", accounts.account, name="account"),
    path("customers/<int:pk>/changes/", accounts.account_changes, name="account_changes"),
    path("customers/<int:pk>/edit/", accounts.account_edit, name="account_edit"),
    path("customers/<int:pk>/restore/", accounts.account_restore, name="account_restore"),
    path("customers/<int:account_pk>/contacts/new/", contacts.contact_new, name="contact_new"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<int:pk>/archive/", contacts.contact_archive, name="contact_archive"),
]
