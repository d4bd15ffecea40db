"""A refusal about a row that is not there speaks the reader's language, for every table of every room."""

import pytest
from django.apps import apps
from django.utils.translation import override

from tiji.shared.errors import DomainError
from tiji.shared.rest import found

OURS = [model for model in apps.get_models() if model.__module__.startswith("tiji.apps.") and model.objects is not None]


@pytest.mark.parametrize("field", [None, "thing_id"])
@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_word_of_the_program_stands_in_a_chinese_sentence(db, model, field):
    with override("zh-hans"), pytest.raises(DomainError) as refused:
        found(model._base_manager.none(), 1, field=field)
    words = str(refused.value)
    assert words
    assert not [letter for letter in words if letter.isascii() and letter.isalpha()], words


def test_the_noun_is_named_where_the_room_names_it(db):
    from tiji.apps.customers.models import Account

    with override("zh-hans"), pytest.raises(DomainError) as refused:
        found(Account.objects.none(), 1, field="account_id")
    assert "客户" in str(refused.value)
