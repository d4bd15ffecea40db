"""The industries a company starts with."""

from django.db import transaction

from tiji.apps.customers.data.industries import BRANCHES, SECTIONS
from tiji.apps.customers.models import Industry


@transaction.atomic
def found_industries() -> int:
    """Make the industries that are missing; what the company renamed or archived stays so. Returns how many came."""
    known = dict(Industry.objects.values_list("code", "pk"))
    Industry.objects.bulk_create(
        Industry(code=code, name=name, name_en=english)
        for code, (name, english) in SECTIONS.items()
        if code not in known
    )
    sections = dict(Industry.objects.filter(code__in=SECTIONS).values_list("code", "pk"))
    Industry.objects.bulk_create(
        Industry(code=code, name=name, name_en=english, parent_id=sections[code[0]])
        for code, (name, english) in BRANCHES.items()
        if code not in known
    )
    return len((SECTIONS.keys() | BRANCHES.keys()) - known.keys())
