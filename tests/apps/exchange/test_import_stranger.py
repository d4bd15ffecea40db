"""The stranger's file, through the page and through the command line.

Columns shuffled and renamed, GB18030, half of the rows bad: it previews, loads only its good half when told to, comes
in again as unchanged, and is undone.
"""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from tiji.apps.customers.models import Account
from tiji.apps.exchange.models import Import

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = [
    ["A级", "0510-8100", "无锡锡澄重工有限公司", "Rita", "K1", "1,200", "2024-03-05"],
    ["B", "", "苏州丙传动有限公司", "", "K5", "", "2024年3月6日"],
    ["", "", "常州戊电气有限公司", "rita@example.com", "K8", "85", ""],
    ["C类", "", "南通己阀门有限公司", "Rita", "K9", "", "2024/12/1"],
]
BAD = [
    ["Z", "", "苏州甲有限公司", "Rita", "K2", "", ""],
    ["B", "", "苏州乙有限公司", "Nobody", "K3", "", ""],
    ["", "", "", "Rita", "K4", "", ""],
    ["", "", "苏州丁有限公司", "Rita", "K6", "many", "2024-13-05"],
]
HEAD = ["客户级别", "公司座机", "企业全名（工商）", "跟进人", "客户编码", "员工人数", "建档日期"]
ROWS = [HEAD, *(row for pair in zip(GOOD, BAD, strict=True) for row in pair)]
"""The name's column is called as no list of usual names has it."""
WRONG = {3: "客户级别", 5: "跟进人", 7: "企业全名（工商）", 9: "员工人数"}
KEYS = {row[4] for row in GOOD}


def content():
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=";").writerows(ROWS)
    return sink.getvalue().encode("gb18030")


def live_keys():
    return set(Account.objects.live().values_list("external_key", flat=True))


@pytest.fixture
def page(client, olaf, rita):
    client.force_login(olaf)
    client.cookies["tiji_language"] = "zh-hans"
    return client


def hand_in(page):
    file = SimpleUploadedFile("客户.csv", content())
    answer = page.post(reverse("import_new"), {"file": file, "kind": "accounts", "source": "old"})
    assert answer.status_code == 302
    return Import.objects.latest("pk"), answer.url


def columns(page, url, **more):
    """What the second screen proposes, with the one column chosen by hand that it could not know."""
    text = page.get(url).content.decode()
    selects = re.findall(r'<select name="(column-\d+)".*?</select>', text, re.DOTALL)
    chosen = {
        name: next(iter(re.findall(rf'name="{name}".*?value="([^"]*)" selected', text.replace("\n", ""))), "")
        for name in selects
    }
    assert len(selects) == len(HEAD)
    return {**chosen, "column-2": "name", "bad_rows": "refuse", **more}


def test_the_strangers_file_through_the_page(page):
    imported, url = hand_in(page)
    looked = page.post(url, columns(page, url, look="1")).content.decode()
    for number, heading in WRONG.items():
        row = re.search(rf'<th scope="row" class="r[^"]*">{number}<.*?</tr>', looked, re.DOTALL)
        cells = re.findall(r"<td.*?</td>", row[0], re.DOTALL)
        assert "bad-t" in cells[HEAD.index(heading)], (number, heading)
    page.post(url, columns(page, url, load="1"))
    assert (Import.objects.get(pk=imported.pk).state, Account.objects.count()) == ("failed", 0)
    page.post(url, columns(page, url, bad_rows="skip", load="1"))
    imported.refresh_from_db()
    assert (imported.state, imported.created, imported.refused) == ("done", 4, 4)
    assert live_keys() == KEYS
    assert Account.objects.get(external_key="K1").name == "无锡锡澄重工有限公司"
    again, url = hand_in(page)
    assert again.options["origin"] == "remembered"
    page.post(url, columns(page, url, bad_rows="skip", load="1"))
    again.refresh_from_db()
    assert (again.created, again.updated, again.unchanged, again.refused) == (0, 0, 4, 4)
    page.post(reverse("import_undo", args=[imported.pk]))
    imported.refresh_from_db()
    assert (imported.state, live_keys()) == ("undone", set())


@translation.override("en")
def test_the_strangers_file_through_the_command_line(olaf, adam, rita, tmp_path):
    path = tmp_path / "客户.csv"
    path.write_bytes(content())
    told = ["file", str(path), "--kind", "accounts", "--source", "old", "--map", f"{HEAD[2]}=name"]

    def run(*arguments):
        out = io.StringIO()
        call_command("import", *arguments, stdout=out, stderr=io.StringIO())
        return out.getvalue()

    with pytest.raises(CommandError) as refused:
        run(*told[:-2], "--preview")
    assert f"  {HEAD[2]} → —" in str(refused.value), "the column nobody could guess"
    assert '--map "HEADING=FIELD"' in str(refused.value)
    looked = run(*told, "--preview")
    for number, heading in WRONG.items():
        assert f"row {number}, {heading}: " in looked
    assert "4 new, 0 changed, 0 unchanged, 4 wrong" in looked
    assert Account.objects.count() == 0
    with pytest.raises(CommandError, match="nothing was loaded"):
        run(*told)
    assert Account.objects.count() == 0
    assert "4 new, 0 changed, 0 unchanged, 4 wrong" in run(*told, "--skip-wrong-rows").splitlines()[-1]
    assert live_keys() == KEYS
    first = Import.objects.latest("pk")
    assert "0 new, 0 changed, 4 unchanged, 4 wrong" in run(*told, "--skip-wrong-rows").splitlines()[-1]
    run("undo", str(first.pk))
    assert live_keys() == set()
