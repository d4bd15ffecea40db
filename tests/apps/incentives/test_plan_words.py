"""Everything that a plan may say is said in sentences, in both languages."""

import pytest
import yaml
from django.utils.translation import override

from tiji.apps.incentives.pages.plans import words_of
from tiji.kernel.commission import plan_from_dict

MONTH = """
code: month
currency: CNY
fields: {days_past_due: count}
facts: {grade: text, wage: money, bonus: {kind: money, optional: true}}
components:
  - code: cash
    title: 回款提成
    credit: {event: receipt, when: "days_past_due < 30", share: "0.5", valid_from: "2026-01-01", over_assignment: true}
    measure: {interval: quarter}
    rate:
      mode: retroactive
      tie: upper
      gap: zero
      steps: [{from: "100", to: "200", rate: "0.01"}, {from: "300", rate: "0.02"}]
    rounding: line
cells:
  - {code: basis, is: cash * 2}
  - {code: extra, pays: basis * 0.1, to_date: quarter, title: 季度追加, title_en: Quarterly extra}
  - {code: pool, sum_of: basis, by: grade}
  - {code: part, share_out: pool * 0.1, weight: wage, by: grade}
  - {code: race, contest: basis, prizes: ["5000", "3000"], ties: all, when: cash > 0}
payment:
  - {code: least, floor: "8000", when: wage > 0}
  - {code: most, ceiling: "90000", excess: later}
  - {code: advance, draw: "2000", recover: all, limit: "500"}
  - {code: kept, hold: "0.2", release: held, forfeit: "0"}
  - {code: owed, debt: "9000", limit: wage * 0.2}
  - {code: under, below_zero: deduct}
"""
ENGLISH = [
    "50% of each amount is shared out.",
    "Only from 2026-01-01 on.",
    "The shares of one document may be more than 100% together.",
    "A total exactly on a limit belongs to the step that begins there.",
    "What lies outside of the steps pays nothing.",
    "Every line is rounded by itself.",
    "In the formulas days_past_due is by how many days the money came late.",
    "days_past_due: whole number, by how many days the money came late.",
    "wage: amount of money.",
    "bonus: amount of money; may be missing.",
    "basis is cash * 2.",
    "Quarterly extra pays basis * 0.1.",
    "That is for the quarter so far; the month earns what is new of it.",
    "pool is the sum of basis over everybody with the same grade.",
    "part: pool * 0.1 is shared out over everybody with the same grade, by the weight wage.",
    "race: the highest basis of everybody of the plan win ¥5,000, ¥3,000.",
    "Who is level has the best of their prizes each.",
    "Only those take part for whom cash > 0.",
    "At least 8000 is paid; nothing of it is owed.",
    "That holds where wage > 0.",
    "What is above is paid in later months that have room.",
    "A draw: at least 2000 is paid.",
    "What it adds is owed and paid back from everything earned later.",
    "A month pays back at most 500.",
    "Held back: the share 0.2 of what is due.",
    "Of what is held, held is paid out.",
    "Taken back: 9000 is added to a debt and taken from pay.",
    "A month takes at most wage * 0.2.",
    "A month below zero is deducted from other pay.",
]


def told(document: str, language: str) -> list[str]:
    with override(language):
        words = words_of(plan_from_dict(yaml.safe_load(document)))
        parts = [sentence for part in words.components for sentence in part.sentences]
        return parts + [sentence for block in words.month for sentence in block.sentences]


@pytest.mark.parametrize("sentence", ENGLISH)
def test_every_part_of_a_plan_has_its_sentence(company, sentence):
    assert sentence in [one.replace("50.0%", "50%") for one in told(MONTH, "en")]


@pytest.mark.parametrize("sentence", ["当月为负的部分从其他薪酬中扣除。", "季度追加支付 basis * 0.1。"])
def test_the_sentences_are_chinese_for_whoever_reads_chinese(company, sentence):
    assert sentence in told(MONTH, "zh-hans")


def test_nothing_of_a_plan_is_left_without_words(company):
    """Every name that the document gives something is met in some sentence."""
    text = "\n".join(told(MONTH, "en"))
    for name in ("grade", "wage", "bonus", "basis", "extra", "pool", "part", "race"):
        assert name in text


def test_a_fixed_amount_is_not_told_as_a_rate(company):
    fixed = {
        "code": "a",
        "currency": "CNY",
        "components": [
            {
                "code": "a",
                "credit": {"event": "receipt"},
                "measure": {"interval": "month"},
                "rate": {"mode": "retroactive", "steps": [{"from": "0", "amount": "500"}]},
                "pay": {"basis": "fixed"},
            }
        ],
    }
    sentences = told(yaml.safe_dump(fixed), "en")
    assert "Pays the fixed amount of the step that the total reaches." in sentences
    assert not any("whole total is paid at the rate" in one for one in sentences)
