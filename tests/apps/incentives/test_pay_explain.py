"""`tiji pay explain`: the way of a line in the terminal, within the rights of whoever asks."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tiji.apps.incentives.selectors.traces import lines_of


def explained(line: str, user) -> str:
    out = StringIO()
    with translation.override("en"):
        call_command("pay", "explain", line, "--as", user.email, stdout=out)
    return out.getvalue()


def test_a_line_is_told_from_its_receipt_to_the_cent(paid, olaf):
    # February: 400,000 on top of 500,000, of a quota of 1,000,000 with limits at 60% and 80%.
    line = lines_of(paid)[0]
    told = explained(f"{paid.pk}/{line.key}", olaf)
    assert line.documents["receipt"].number in told
    assert "from 500,000.00 to 900,000.00" in told
    assert "500,000.00 → 600,000.00: 100,000.00 × 1.0%" in told
    assert "= 6,400.00" in told


def test_the_statement_alone_lists_its_lines(paid, olaf):
    assert f"{paid.pk}/{lines_of(paid)[0].key}" in explained(str(paid.pk), olaf)


@pytest.mark.parametrize("line", ["0", "x", "99999999999999999999", "1234567/2/3"])
def test_what_there_is_not_is_said(paid, olaf, line):
    with pytest.raises(CommandError, match="no statement"):
        explained(line, olaf)


def test_pay_of_others_is_not_told(paid, ray):
    with pytest.raises(CommandError, match="no statement"):
        explained(str(paid.pk), ray)


def test_a_line_that_is_none_is_said(paid, olaf):
    with pytest.raises(CommandError, match="no line"):
        explained(f"{paid.pk}/nothing", olaf)
