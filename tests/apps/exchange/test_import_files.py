"""Files a stranger hands in: read, mapped, previewed, loaded in part, loaded again, undone."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from makers import make_account, moment
from tiji.apps.customers.models import Account, Contact
from tiji.apps.exchange.models import Import
from tiji.apps.exchange.services.imports.running import (
    Chosen,
    choose,
    commit_import,
    preview_import,
    start_import,
    wrong_rows,
)
from tiji.apps.exchange.services.imports.undo import undo_import
from tiji.apps.pipeline.models import Opportunity, StageEvent
from tiji.apps.pipeline.services.opportunities import edit_opportunity
from tiji.apps.pipeline.services.processes import found_processes
from tiji.shared import bulk
from tiji.shared.errors import Conflict, DomainError, NotAllowed
from tiji.shared.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-18")


@pytest.fixture
def processes(company):
    return found_processes()


def upload(rows, *, name="file.csv", encoding="utf-8", delimiter=","):
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter).writerows(rows)
    return SimpleUploadedFile(name, sink.getvalue().encode(encoding))


def start(actor, rows, kind, source="old", **form):
    return start_import(actor=actor, upload=upload(rows, **form), kind=kind, at=NOW, source=source)


def load(actor, rows, kind, *, skip=False, source="old", options=None, **form):
    imported = start(actor, rows, kind, source, **form)
    chosen = Chosen(options=options, bad_rows=Import.BadRows.SKIP if skip else None)
    imported = choose(actor=actor, imported=imported, chosen=chosen, at=NOW)
    return commit_import(actor=actor, imported=imported, at=NOW)


def told(imported):
    return (imported.created, imported.updated, imported.unchanged, imported.refused)


CUSTOMERS = [
    ["客户级别", "公司电话", "企业名称", "跟进人", "客户编码", "员工人数", "建档日期"],
    ["A", "0510-1", "无锡锡澄重工有限公司", "Rita", "K1", "1,200", "2024-03-05"],
    ["Z", "", "苏州甲有限公司", "Rita", "K2", "", ""],
    ["B", "", "苏州乙有限公司", "Nobody", "K3", "", ""],
    ["", "", "", "Rita", "K4", "", ""],
    ["B类", "", "苏州丙有限公司", "", "K5", "", "2024年3月6日"],
    ["", "", "苏州丁有限公司", "Rita", "K6", "many", "2024-13-05"],
    ["C", "", "苏州丙 有限公司", "Rita", "K7", "", ""],
    ["", "", "常州戊有限公司", "rita@example.com", "K8", "", ""],
]


def test_half_a_strangers_file_is_bad_and_every_bad_cell_says_why(olaf, rita):
    imported = start(olaf, CUSTOMERS, "accounts", encoding="gb18030", delimiter=";")
    preview = preview_import(actor=olaf, imported=imported, at=NOW)
    assert [(problem.row, problem.heading, problem.value) for problem in preview.problems] == [
        (3, "客户级别", "Z"),
        (4, "跟进人", "Nobody"),
        (5, "企业名称", ""),
        (7, "员工人数", "many"),
        (7, "建档日期", "2024-13-05"),
        (8, "企业名称", "苏州丙 有限公司"),
    ]
    assert {problem.row for problem in preview.problems} == {3, 4, 5, 7, 8}
    assert preview.counts == {"created": 3, "updated": 0, "unchanged": 0, "refused": 5}
    assert Account.objects.count() == 0
    by_row = {line.number: line for line in preview.lines}
    tier = by_row[3].cells[0]
    assert (tier.text, bool(tier.message)) == ("Z", True)


def test_nothing_is_loaded_while_a_row_is_wrong(olaf, rita):
    with pytest.raises(DomainError) as refused:
        load(olaf, CUSTOMERS, "accounts", encoding="gb18030")
    assert refused.value.code == "bad-rows"
    assert len({problem.row for problem in refused.value.extra["problems"]}) == 5
    assert Account.objects.count() == 0


def test_the_good_half_is_loaded_when_told_then_found_unchanged_then_undone(olaf, rita):
    first = load(olaf, CUSTOMERS, "accounts", skip=True, encoding="gb18030")
    assert told(first) == (3, 0, 0, 5)
    heavy = Account.objects.get(external_source="old", external_key="K1")
    assert (heavy.name, heavy.tier, heavy.employees, heavy.owner.name) == ("无锡锡澄重工有限公司", "A", 1200, "Rita")
    assert heavy.created_at == moment("2024-03-04T16:00:00")
    assert Account.objects.get(external_key="K5").tier == "B"
    second = load(olaf, CUSTOMERS, "accounts", skip=True, encoding="gb18030")
    assert told(second) == (0, 0, 3, 5)
    undone = undo_import(actor=olaf, imported=first, at=NOW)
    assert undone.state == Import.State.UNDONE
    assert Account.objects.live().count() == 0
    third = load(olaf, CUSTOMERS, "accounts", skip=True)
    assert told(third) == (3, 0, 0, 5)
    assert Account.objects.live().count() == 3


def test_the_error_file_can_be_mended_and_loaded(olaf, rita):
    first = load(olaf, CUSTOMERS, "accounts", skip=True)
    name, content = wrong_rows(actor=olaf, imported=first, at=NOW)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert name.endswith(".csv")
    assert rows[0][:7] == CUSTOMERS[0]
    assert [row[:7] for row in rows[1:]] == [CUSTOMERS[at] for at in (2, 3, 4, 6, 7)]
    assert all(row[7] for row in rows[1:])
    rows[1][0], rows[2][3] = "D", "Rita"
    again = load(olaf, rows[:3], "accounts")
    assert told(again) == (2, 0, 0, 0)


def test_a_changed_cell_changes_the_customer_and_undo_changes_it_back(olaf, rita, ray):
    load(olaf, [["name", "id", "phone", "owner"], ["Acme Ltd", "1", "111", "Rita"]], "accounts")
    later = load(olaf, [["name", "id", "phone", "owner"], ["Acme Ltd", "1", "222", "Ray"]], "accounts")
    account = Account.objects.get()
    assert told(later) == (0, 1, 0, 0)
    assert (account.phone, account.owner.name) == ("222", "Ray")
    undo_import(actor=olaf, imported=later, at=NOW)
    account.refresh_from_db()
    assert (account.phone, account.owner.name) == ("111", "Rita")


def test_an_empty_cell_leaves_what_is_there(olaf):
    load(olaf, [["name", "id", "phone"], ["Acme Ltd", "1", "111"]], "accounts")
    later = load(olaf, [["name", "id", "phone"], ["Acme Ltd", "1", ""]], "accounts")
    assert told(later) == (0, 0, 1, 0)
    assert Account.objects.get().phone == "111"


def test_undo_is_refused_with_the_list_once_others_build_on_it(olaf, rita, processes):
    first = load(olaf, [["name", "id", "owner"], ["Acme Ltd", "1", "Rita"]], "accounts")
    load(
        olaf,
        [["商机名称", "编号", "客户", "负责人", "阶段"], ["Line 4", "D1", "Acme Ltd", "Rita", "立项"]],
        "opportunities",
    )
    with pytest.raises(Conflict) as refused:
        undo_import(actor=olaf, imported=first, at=NOW)
    assert any("Line 4" in fact for fact in refused.value.extra["blocking"])
    assert Account.objects.live().count() == 1


def test_contacts_find_their_customer_by_key_number_or_name(olaf, rita):
    load(olaf, [["name", "id"], ["Acme Ltd", "1"], ["苏州甲有限公司", "2"]], "accounts")
    rows = [
        ["公司", "姓名", "手机", "邮箱"],
        ["1", "王芳", "138", "wang@example.com"],
        ["苏州甲有限公司", "李娜", "", "bad"],
        ["2", "张伟", "139", ""],
        ["No such", "赵敏", "", ""],
    ]
    imported = load(olaf, rows, "contacts", skip=True)
    assert told(imported) == (2, 0, 0, 2)
    assert {(row.account.name, row.name, row.is_primary) for row in Contact.objects.all()} == {
        ("Acme Ltd", "王芳", True),
        ("苏州甲有限公司", "张伟", True),
    }
    assert told(load(olaf, rows, "contacts", skip=True)) == (0, 0, 2, 2)
    undo_import(actor=olaf, imported=imported, at=NOW)
    assert Contact.objects.live().count() == 0


DEALS = [
    [
        "预计签单金额（元）",
        "客户全称",
        "项目名称",
        "销售代表",
        "销售阶段",
        "商机编号",
        "立项日期",
        "预计签约日期",
        "结单日期",
        "状态",
    ],
    ["12.5万", "Acme Ltd", "Line 1", "Rita", "方案陈述", "D1", "2026/1/5", "2026-12-31", "", ""],
    ["¥1,234.50", "Acme Ltd", "Line 2", "Ray", "签约", "D2", "2026-01-05", "", "2026-02-04", "赢单"],
    ["800", "Acme Ltd", "Line 3", "Rita", "立项", "D3", "2026-01-05", "", "2026-03-01", "输单"],
    ["abc", "Acme Ltd", "Line 4", "Rita", "立项", "D4", "", "", "", ""],
    ["5", "Acme Ltd", "Line 5", "Rita", "魔法", "D5", "", "", "", ""],
    ["", "Acme Ltd", "Line 6", "Rita", "方案陈述", "D6", "", "2026-12-31", "", ""],
]


@pytest.fixture
def acme(rita):
    return make_account("Acme Ltd", rita.person, name_key="acmeltd")


def test_deals_keep_owner_dates_and_the_history_the_file_tells(olaf, rita, ray, processes, acme):
    imported = load(olaf, DEALS, "opportunities", skip=True, encoding="utf-8-sig", delimiter="\t")
    assert told(imported) == (3, 0, 0, 3)
    one, two, three = Opportunity.objects.order_by("external_key")
    assert (one.amount, one.stage.code, one.status) == (Decimal("125000.0000"), "solution", "open")
    assert (one.created_at, one.expected_on) == (moment("2026-01-04T16:00:00"), date(2026, 12, 31))
    assert (two.amount, two.status, two.closed_on, two.owner.name) == (
        Decimal("1234.5"),
        "won",
        date(2026, 2, 4),
        "Ray",
    )
    assert (three.status, three.stage.code, three.closed_on) == ("lost", "project", date(2026, 3, 1))
    steps = StageEvent.objects.filter(opportunity=two).order_by("at", "pk").values_list("cause", "on", "days_in_stage")
    assert list(steps) == [("created", date(2026, 1, 5), 0), ("closed", date(2026, 2, 4), 30)]
    assert told(load(olaf, DEALS, "opportunities", skip=True)) == (0, 0, 3, 3)
    undo_import(actor=olaf, imported=imported, at=NOW)
    assert Opportunity.objects.filter(archived_at__isnull=True).count() == 0


def test_a_deal_edited_since_stays_and_names_itself(olaf, rita, ray, processes, acme):
    imported = load(olaf, DEALS, "opportunities", skip=True)
    deal = Opportunity.objects.get(external_key="D1")
    edit_opportunity(actor=rita, opportunity=deal, expected_version=1, next_step="Call")
    with pytest.raises(Conflict, match="Line 1"):
        undo_import(actor=olaf, imported=imported, at=NOW)


def test_a_moved_row_moves_the_deal_with_an_event(olaf, rita, ray, processes, acme):
    load(olaf, DEALS[:2], "opportunities")
    moved = [DEALS[0], [*DEALS[1][:4], "入围/测试", *DEALS[1][5:]]]
    assert told(load(olaf, moved, "opportunities")) == (0, 1, 0, 0)
    deal = Opportunity.objects.get(external_key="D1")
    assert deal.stage.code == "shortlist"
    assert deal.stage_events.order_by("pk").last().by == olaf


def test_a_workbook_is_read_from_the_sheet_that_looks_right(olaf, rita):
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        book.add_worksheet("说明").write(0, 0, "只是说明")
        page = book.add_worksheet("数据")
        page.write_row(0, 0, ["客户导出 2026"])
        page.write_row(2, 0, ["客户名称", "员工人数", "创建日期"])
        page.write_row(3, 0, ["苏州甲有限公司", 1200])
        page.write_datetime(
            3, 2, moment("2024-03-05").replace(tzinfo=None, hour=0), book.add_format({"num_format": "yyyy-mm-dd"})
        )
    file = SimpleUploadedFile("客户.xlsx", sink.getvalue())
    imported = start_import(actor=olaf, upload=file, kind="accounts", at=NOW)
    assert imported.sheet == "数据"
    commit_import(actor=olaf, imported=imported, at=NOW)
    account = Account.objects.get()
    assert (account.name, account.employees) == ("苏州甲有限公司", 1200)
    assert account.created_at == moment("2024-03-04T16:00:00")


def test_what_was_confirmed_is_remembered_for_the_same_headings(olaf):
    rows = [["Firm", "Mystery", "name2"], ["Acme Ltd", "x", "y"]]
    imported = start(olaf, rows, "accounts")
    mapping = {"Firm": "name", "Mystery": "note"}
    choose(actor=olaf, imported=imported, chosen=Chosen(mapping), at=NOW)
    again = start(olaf, [["Mystery", "name2", "Firm"], ["x", "y", "Beta Ltd"]], "accounts")
    assert {heading: name for heading, name in again.mapping.items() if name} == mapping
    assert again.options["origin"] == "remembered"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b""),
        ("x.exe", b"MZ"),
        ("x.xlsx", b"PK\x03\x04broken"),
        ("x.csv", b"\x81\xff\xff\x00"),
        ("x.csv", b"name\n"),
    ],
)
def test_a_file_that_is_none_is_refused_at_the_file(olaf, name, content):
    with pytest.raises(DomainError) as refused:
        start_import(actor=olaf, upload=SimpleUploadedFile(name, content), kind="accounts", at=NOW)
    assert refused.value.field == "file"
    assert Import.objects.count() == 0


def test_a_torn_line_is_one_wrong_row_and_no_other(olaf):
    text = 'name,id,phone\nAcme Ltd,1,"111"\nBeta Ltd,2\nGamma Ltd,3,1,2,3\n\nDelta Ltd,4,"1\n2"\n'
    file = SimpleUploadedFile("x.csv", text.encode())
    imported = start_import(actor=olaf, upload=file, kind="accounts", at=NOW)
    preview = preview_import(actor=olaf, imported=imported, at=NOW)
    assert preview.counts == {"created": 3, "updated": 0, "unchanged": 0, "refused": 1}
    assert [problem.row for problem in preview.problems] == [4]


def test_a_load_that_breaks_half_way_leaves_nothing(olaf, rita, processes, acme, monkeypatch):
    from tiji.apps.exchange.services.imports import opportunities

    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(opportunities, "remember_created", killed)
    before = AuditEntry.objects.count()
    imported = start(olaf, DEALS[:2], "opportunities")
    with pytest.raises(KeyboardInterrupt):
        commit_import(actor=olaf, imported=imported, at=NOW)
    imported.refresh_from_db()
    assert (Opportunity.objects.count(), StageEvent.objects.count(), imported.state) == (0, 0, "ready")
    assert AuditEntry.objects.filter(action="opportunity.load").count() == 0
    assert AuditEntry.objects.count() >= before


def test_reps_and_managers_load_nothing(rita, erin, olaf):
    for actor in (rita, erin):
        with pytest.raises(NotAllowed):
            start(actor, CUSTOMERS, "accounts")
    imported = start(olaf, [["name"], ["Acme Ltd"]], "accounts")
    with pytest.raises(NotAllowed):
        commit_import(actor=rita, imported=imported, at=NOW)


def test_a_load_is_written_down_once_for_all_its_rows(olaf):
    imported = load(olaf, [["name"], ["Acme Ltd"], ["Beta Ltd"]], "accounts")
    entry = AuditEntry.objects.get(action="account.import")
    assert (entry.batch, entry.after["rows"]) == (f"import:{imported.pk}", 2)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_a_long_chinese_file_is_taken_wherever_its_first_block_ends(olaf, encoding, shift):
    rows = [["客户名称", "备注" + "x" * shift], *([f"苏州第{number}有限公司", "华东老客户"] for number in range(3000))]
    imported = start(olaf, rows, "accounts", encoding=encoding)
    assert preview_import(actor=olaf, imported=imported, at=NOW).counts["created"] == 3000


@pytest.mark.parametrize(("encoding", "name"), [("utf-16", "export.txt"), ("utf-16-be", "export.csv")])
def test_a_spreadsheets_unicode_text_is_read(olaf, rita, encoding, name):
    content = "\ufeff" if encoding == "utf-16-be" else ""
    content += "\r\n".join("\t".join(row) for row in CUSTOMERS[:2]) + "\r\n"
    upload = SimpleUploadedFile(name, content.encode(encoding))
    imported = start_import(actor=olaf, upload=upload, kind="accounts", at=NOW, source="old")
    commit_import(actor=olaf, imported=imported, at=NOW)
    assert Account.objects.get().name == "无锡锡澄重工有限公司"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_web_page_that_calls_itself_a_table_is_refused_in_any_encoding(olaf, encoding):
    upload = SimpleUploadedFile("export.csv", "<html>,name\r\n<script>,Acme\r\n".encode(encoding))
    with pytest.raises(DomainError):
        start_import(actor=olaf, upload=upload, kind="accounts", at=NOW)


def test_who_waits_sees_every_step_and_the_rows_go_by(olaf, rita, processes, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 4)
    rows = [["商机名称", "负责人", "商机阶段"], *([f"Line {at}", "Rita", "立项"] for at in range(10))]
    imported = start(olaf, rows, "opportunities")
    heard = []
    imported = choose(actor=olaf, imported=imported, chosen=Chosen(options={"strict": False}), at=NOW)
    commit_import(actor=olaf, imported=imported, at=NOW, told=lambda *told: heard.append(told))
    deals = [told for told in heard if told[0] == "opportunities"]
    assert heard[:2] == [("reading", 0, 1), ("checking", 0, 10)]
    assert [done for _step, done, _of in deals][:4] == [0, 4, 8, 9]
    assert heard[-1] == ("opportunities", 10, 10)
