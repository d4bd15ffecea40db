"""Every action that any room writes to the audit log has words in both languages."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from tiji.apps.organization.selectors.audit_words import ABOUT, WORDS, action_words

SOURCE = Path(__file__).parents[3] / "src" / "tiji"
WRITTEN = re.compile(
    r"""(?:record(?:_batch|_many)?\(|Deed\()\s*"([a-z_]+\.[a-z_]+|sign_in)\"|Status\.\w+: "(opportunity\.[a-z_]+)\""""
)


def written() -> set[str]:
    """Every action named in the source."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        found |= {first or second for first, second in WRITTEN.findall(path.read_text(encoding="utf-8"))}
    return found


def test_every_action_in_the_source_has_words():
    actions = written()
    assert len(actions) > 80
    wordless = sorted(
        action
        for action in actions
        if action.partition(".")[0] not in ABOUT or ("." in action and action.partition(".")[2] not in WORDS)
    )
    assert wordless == []


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "客户 · 转交"), ("en", "Customers · handed over")])
def test_an_action_is_said_in_the_readers_language(language: str, said: str):
    with translation.override(language):
        assert action_words("account.change_owner") == said


def test_what_has_no_words_stays_as_it_is_written():
    assert action_words("robot.danced") == "robot.danced"
    assert action_words("unit.danced").endswith(" · danced")
