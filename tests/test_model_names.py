"""Every table has a name in both languages: the audit log and the messages of the database say it."""

import re

import pytest
from django.apps import apps
from django.utils import translation
from django.utils.functional import Promise

HAN = re.compile(r"[\u3400-\u9fff]")
OURS = [model for model in apps.get_models() if model.__module__.startswith("tiji.")]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_table_is_named_in_the_readers_language(model):
    names = model._meta.verbose_name, model._meta.verbose_name_plural
    assert all(isinstance(name, Promise) for name in names), "a name that was made up from the class's"
    with translation.override("en"):
        assert not any(HAN.search(str(name)) for name in names)
    with translation.override("zh-hans"):
        assert all(HAN.search(str(name)) for name in names), [str(name) for name in names]


def test_tables_of_every_room_are_looked_at():
    assert {model._meta.app_label for model in OURS} >= {"organization", "commerce", "incentives", "exchange", "shared"}
