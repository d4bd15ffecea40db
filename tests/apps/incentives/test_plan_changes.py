"""What changes between two wordings of a plan."""

import yaml
from django.urls import reverse
from django.utils.translation import override

from makers import day
from makers_incentives import AT, CASH_PLAN, SECOND_PLAN, make_plan
from tiji.apps.incentives.display.plan_changes import plan_changes, yaml_changes
from tiji.apps.incentives.models import PayPlan
from tiji.apps.incentives.services.documents import document_of, from_yaml, read_plan
from tiji.apps.incentives.services.plans import add_plan_version
from tiji.kernel.commission import plan_from_dict


def plan(text: str):
    return plan_from_dict(from_yaml(text) | {"code": "x", "currency": "CNY"})


def told(before: str, after: str, language: str = "en") -> list[tuple[str, str, str, str]]:
    with override(language):
        return [(one.way, one.where, one.before, one.after) for one in plan_changes(plan(before), plan(after))]


def test_the_same_wording_changes_nothing(company):
    assert told(CASH_PLAN, CASH_PLAN.replace('"0.010"', '"0.01"')) == []


def test_a_rate_is_told_by_its_step(company):
    found = told(CASH_PLAN, CASH_PLAN.replace('"0.016"', '"0.02"'))
    assert found == [("changed", "Component Commission on cash: Step 2: Rate", "1.6%", "2%")]


def test_a_limit_of_the_quota_is_told_as_a_percentage(company):
    after = CASH_PLAN.replace('to: "1.2", rate', 'to: "1.25", rate').replace('from: "1.2"', 'from: "1.25"')
    assert told(CASH_PLAN, after) == [
        ("changed", "Component Commission on cash: Step 4: To", "120%", "125%"),
        ("changed", "Component Commission on cash: Step 5: From", "120%", "125%"),
    ]


def test_a_step_in_the_middle_is_one_more_step_and_a_new_limit(company):
    row = '{from: "0.6", to: "0.8", rate: "0.016"}'
    after = CASH_PLAN.replace(
        row, '{from: "0.6", to: "0.7", rate: "0.016"}\n        - {from: "0.7", to: "0.8", rate: "0.018"}'
    )
    assert row in CASH_PLAN
    assert told(CASH_PLAN, after) == [
        ("changed", "Component Commission on cash: Step 2: To", "80%", "70%"),
        ("added", "Component Commission on cash: Step 3", "", "From: 70%; To: 80%; Rate: 1.8%"),
    ]


def test_components_come_and_go_and_change_places(company):
    documents = yaml.safe_load(SECOND_PLAN)["components"]
    turned = yaml.safe_dump({"components": list(reversed(documents))})
    alone = yaml.safe_dump({"components": documents[:1]})
    assert told(SECOND_PLAN, turned) == [("moved", "Order", "new-signed, month-cash", "month-cash, new-signed")]
    ((way, where, before, after),) = told(SECOND_PLAN, alone)
    assert (way, where, after) == ("removed", "Component month-cash", "")
    assert "At most, by interval: 5,000" in before
    ((way, where, before, after),) = told(alone, SECOND_PLAN)
    assert (way, where, before) == ("added", "Component month-cash", "")
    assert "Steps are paid: All at the step reached" in after


def test_a_cap_that_goes_and_a_table_that_becomes_a_formula(company):
    without = SECOND_PLAN.replace('    cap: {amount: "5000.00"}\n', "")
    assert told(SECOND_PLAN, without) == [("changed", "Component month-cash: At most, by interval", "5,000", "—")]
    before = 'rate: {mode: flat, steps: [{from: "0", rate: "0.02"}]}'
    found = told(SECOND_PLAN, SECOND_PLAN.replace(before, "pays: credit * 0.02"))
    assert ("changed", "Component new-signed: A credit pays", "—", "credit * 0.02") in found
    assert ("removed", "Component new-signed: Step 1", "From: 0; Rate: 2%", "") in found


def test_it_is_told_in_the_readers_language(company):
    found = told(CASH_PLAN, CASH_PLAN.replace('"0.016"', '"0.02"'), "zh-hans")
    assert found == [("changed", "提成项 回款提成：第 2 档：费率", "1.6%", "2%")]


def test_lines_of_yaml_say_what_became_of_them(company):
    lines = yaml_changes(plan(CASH_PLAN), plan(CASH_PLAN.replace('"0.016"', '"0.02"')))
    assert [(way, text.strip("+- ")) for way, text in lines if way in ("added", "removed")] == [
        ("removed", "rate: '0.016'"),
        ("added", "rate: '0.02'"),
    ]


def reader(user, client):
    client.force_login(user)
    client.cookies["tiji_language"] = "en"
    return client


def second_version(olaf):
    """The cash plan, then with 2% instead of 1.6% in its second step."""
    plan = make_plan(olaf).plan
    document = CASH_PLAN.replace('"0.016"', '"0.02"')
    add_plan_version(actor=olaf, plan=plan, document=document, valid_from=day("2026-04-01"), at=AT, reason="更高")
    return plan


def test_two_versions_stand_beside_each_other(olaf, fiona, client):
    address = reverse("pay_plan_changes", args=[second_version(olaf).pk])
    for query in ("", "?from=1&to=2", "?from=99&to=x"):
        text = reader(fiona, client).get(address + query).content.decode()
        assert "Component Commission on cash: Step 2: Rate" in text
        assert "<ins>+" in text
    assert "Both say the same" in client.get(address + "?from=1&to=1").content.decode()
    assert "What changed" in client.get(address.replace("changes/", "")).content.decode()


def test_a_version_is_a_file_that_reads_back_as_itself(olaf, fiona, client):
    plan = second_version(olaf)
    answer = reader(fiona, client).get(reverse("pay_plan_yaml", args=[plan.pk, 1]))
    assert answer["Content-Disposition"] == 'attachment; filename="cash-v1.yaml"'
    kept = plan.versions.get(number=1)
    assert document_of(read_plan(answer.content.decode(), code="cash", number=1))[1] == kept.digest
    assert list(from_yaml(answer.content.decode()))[:4] == ["code", "version", "currency", "fiscal_start_month"]
    assert client.get(reverse("pay_plan_yaml", args=[plan.pk, 3])).status_code == 404


def test_the_api_tells_versions_apart_and_gives_their_yaml(olaf, client):
    plan = second_version(olaf)
    address = f"/api/v1/pay-plans/{plan.pk}/versions/2"
    body = reader(olaf, client).get(f"{address}/changes").json()
    assert (body["before"], body["after"]) == (1, 2)
    assert [(one["path"], one["way"], one["before"], one["after"]) for one in body["changes"]] == [
        ("components[0].rate.steps[1].rate", "changed", "1.6%", "2%")
    ]
    assert "+      rate: '0.02'" in body["yaml"]
    assert client.get(f"{address}/changes?since=2").json()["changes"] == []
    assert client.get(f"/api/v1/pay-plans/{plan.pk}/versions/9/changes").status_code == 404
    text = client.get(f"{address}/yaml").json()["yaml"]
    assert document_of(read_plan(text, code="cash", number=2))[1] == plan.versions.get(number=2).digest


def test_the_api_checks_a_document_and_keeps_nothing(olaf, client):
    def checked(document):
        return reader(olaf, client).post("/api/v1/pay-plan-checks", {"document": document}, "application/json")

    good = checked(CASH_PLAN).json()
    assert (good["valid"], good["problems"]) == (True, [])
    assert checked(good["document"]).json()["valid"] is True
    assert checked(good["yaml"]).json()["document"] == good["document"]
    broken = CASH_PLAN.replace('rate: "0.016"', 'rate: "1,6"')
    line = next(at for at, text in enumerate(broken.splitlines(), 1) if '"1,6"' in text)
    (problem,) = checked(broken).json()["problems"]
    assert (problem["path"], problem["code"], problem["line"]) == ("components[0].rate.steps[1].rate", "number", line)
    assert checked("a: [").status_code == 422
    assert checked({"code": 5}).status_code == 422
    assert PayPlan.objects.count() == 0
