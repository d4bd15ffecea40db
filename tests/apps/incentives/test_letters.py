"""Plan letters: sent, opened, accepted or declined; what was shown is what was accepted; pay may wait for it."""

import io
import json
from datetime import timedelta

import pypdf
import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from makers import LONG_AGO, day, moment
from makers_incentives import AT, CASH_PLAN, make_plan, make_quota, pay_by, post_month, run_month, send_letter
from tiji.apps.incentives.models import PlanLetter, Run, Statement
from tiji.apps.incentives.pages.letters import LetterWriter
from tiji.apps.incentives.permissions import ACCEPTANCE_FIRST
from tiji.apps.incentives.selectors.letters import letter_counts, letter_waiting_for, to_be_sent, unaccepted
from tiji.apps.incentives.services.closing import approve_run, post_run, submit_run
from tiji.apps.incentives.services.letters import (
    accept_letter,
    decline_letter,
    open_letter,
    remind_letters,
    send_letters,
)
from tiji.apps.incentives.services.plans import add_plan_version
from tiji.shared.errors import Conflict, DomainError, NotAllowed, PostedRowError
from tiji.shared.models import AuditEntry
from tiji.shared.papers import paper_from_dict
from tiji.shared.settings_store import change_setting

ON = day("2026-01-02")
LATER = moment("2026-01-05")


@pytest.fixture
def version(olaf, rita, ray):
    found = make_plan(olaf)
    pay_by(olaf, found, rita.person)
    pay_by(olaf, found, ray.person)
    make_quota(olaf, rita.person, "2026-Q1", "1000000")
    return found


@pytest.fixture
def letter(olaf, rita, version):
    return send_letter(olaf, version, rita.person)


def accept(user, letter, **changed):
    given = {"name": user.person.name, "digest": letter.digest, "at": LATER} | changed
    return accept_letter(actor=user, letter=letter, **given)


def client_of(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    client.cookies["tiji_language"] = "en"
    return client


def test_a_letter_says_the_plan_in_the_readers_language(olaf, rita, ray, version):
    rita.language = "en"
    rita.save()
    english, chinese = (paper_from_dict(send_letter(olaf, version, one.person).content) for one in (rita, ray))
    assert (english.language, chinese.language) == ("en", "zh-hans")
    said, gesagt = (json.dumps(one.content, ensure_ascii=False) for one in PlanLetter.objects.order_by("pk"))
    assert "Measured against the quarter's quota" in said
    assert "¥1,000,000" in said
    assert "2026-Q1" in said
    assert "Measured against" not in gesagt
    assert "2026-Q1" not in gesagt


def test_a_version_goes_to_everybody_it_pays_once(olaf, rita, ray, zoe, version):
    everybody = to_be_sent(version, ON)
    assert {one.pk for one in everybody} == {rita.person_id, ray.person_id}
    writing = {"on": ON, "at": AT, "write": LetterWriter(version, ON), "link": str}
    assert len(send_letters(actor=olaf, version=version, people=everybody, **writing)) == 2
    assert send_letters(actor=olaf, version=version, people=everybody, **writing) == []
    assert to_be_sent(version, ON) == []
    with pytest.raises(DomainError, match=zoe.person.name):
        send_letters(actor=olaf, version=version, people=[zoe.person], **writing)
    with pytest.raises(NotAllowed):
        send_letters(actor=rita, version=version, people=[ray.person], **writing)
    assert letter_counts(version, ON) == {"sent": 2}


def test_mails_go_to_readers_in_their_language_and_a_reminder_again(
    olaf, rita, ray, version, django_capture_on_commit_callbacks
):
    rita.language = "en"
    rita.save()
    with django_capture_on_commit_callbacks(execute=True):
        sent = [send_letter(olaf, version, one.person) for one in (rita, ray)]
    english, chinese = mail.outbox
    assert (english.to, chinese.to) == ([rita.email], [ray.email])
    assert "Your pay plan" in english.subject
    assert f"/{sent[0].pk}" in english.body
    assert "Your pay plan" not in chinese.subject
    accept(rita, sent[0])
    rows = list(PlanLetter.objects.all())
    with django_capture_on_commit_callbacks(execute=True):
        assert len(remind_letters(actor=olaf, letters=rows, at=LATER, link=str)) == 1
    assert [one.to for one in mail.outbox[2:]] == [[ray.email]]
    assert list(PlanLetter.objects.order_by("pk").values_list("mailed_at", "reminded_at")) == [(AT, None), (AT, LATER)]


def test_a_mail_that_fails_leaves_the_letter_and_is_sent_by_the_reminder(
    olaf, rita, version, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    with django_capture_on_commit_callbacks(execute=True):
        letter = send_letter(olaf, version, rita.person)
    letter.refresh_from_db()
    assert (letter.state, letter.mailed_at) == ("sent", None)


def test_only_whom_it_is_for_opens_and_answers_it(olaf, rita, max_, letter):
    assert open_letter(actor=olaf, letter=letter, at=LATER).opened_at is None
    assert open_letter(actor=rita, letter=letter, at=LATER).opened_at == LATER
    letter.refresh_from_db()
    assert open_letter(actor=rita, letter=letter, at=LATER + timedelta(days=1)).opened_at == LATER
    for other in (olaf, max_):
        with pytest.raises(NotAllowed):
            accept(other, letter, name=rita.person.name)
        with pytest.raises(NotAllowed):
            decline_letter(actor=other, letter=letter, reason="no", at=LATER)
    assert letter_waiting_for(rita) == letter
    assert letter_waiting_for(max_) is None


def test_an_accepted_letter_keeps_name_time_and_hash_and_its_pdf(rita, letter):
    done = accept(rita, letter)
    assert (done.state, done.accepted_name, done.accepted_at) == ("accepted", rita.person.name, LATER)
    assert paper_from_dict(done.content).digest == done.digest
    with done.file.content.open("rb") as file:
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(file.read())).pages)
    for said in (rita.person.name, letter.digest, "2026-01-0"):
        assert said in text
    assert AuditEntry.objects.filter(action="plan_letter.accepted", object_id=letter.pk).count() == 1
    with pytest.raises(DomainError):
        accept(rita, letter)


def test_another_name_or_another_letter_is_not_accepted(rita, letter):
    with pytest.raises(DomainError) as refused:
        accept(rita, letter, name="somebody")
    assert refused.value.field == "name"
    with pytest.raises(Conflict):
        accept(rita, letter, digest="0" * 64)
    letter.refresh_from_db()
    assert letter.is_open


def test_a_declined_letter_says_why_and_another_one_may_be_sent(olaf, rita, version, letter):
    with pytest.raises(DomainError):
        decline_letter(actor=rita, letter=letter, reason="  ", at=LATER)
    decline_letter(actor=rita, letter=letter, reason="目标太高", at=LATER)
    assert rita.person not in to_be_sent(version, ON)
    assert rita.person in to_be_sent(version, ON, declined=True)
    second = send_letter(olaf, version, rita.person)
    accept(rita, second)
    assert [one.state for one in PlanLetter.objects.order_by("pk")] == ["declined", "accepted"]
    assert letter_counts(version, ON)["accepted"] == 1


@pytest.mark.parametrize("column", ["content", "digest", "person_id", "sent_at"])
def test_the_database_refuses_to_change_what_was_sent(ray, letter, column):
    values = {"content": {}, "digest": "x", "person_id": ray.person_id, "sent_at": LATER}
    with pytest.raises(PostedRowError), transaction.atomic():
        PlanLetter.objects.filter(pk=letter.pk).update(**{column: values[column]})
    with pytest.raises(PostedRowError), transaction.atomic():
        PlanLetter.objects.filter(pk=letter.pk).delete()


def test_the_database_refuses_to_change_an_answer(olaf, rita, ray, version, letter):
    accept(rita, letter)
    declined = decline_letter(actor=ray, letter=send_letter(olaf, version, ray.person), reason="no", at=LATER)
    for row, column in ((letter, "accepted_at"), (letter, "reminded_at"), (declined, "declined_reason")):
        value = "yes" if column == "declined_reason" else None if column == "accepted_at" else LATER
        with pytest.raises(PostedRowError), transaction.atomic():
            PlanLetter.objects.filter(pk=row.pk).update(**{column: value})


def test_pay_waits_for_acceptance_where_the_company_wants_it(paid, olaf, rita, ray, fiona, adam):
    version = paid.earnings.first().plan_version
    post_month(olaf, fiona, Run.objects.get(pay_period__key="2026-M01"))
    submit_run(actor=olaf, run=paid.run, at=AT)
    run = approve_run(actor=fiona, run=paid.run, at=AT)
    # Ray's single cent of February pays nothing, so only rita is asked.
    assert [one.pk for one in unaccepted(run)] == [rita.person_id]
    change_setting(actor=adam, key=ACCEPTANCE_FIRST, value=True, valid_from=LONG_AGO)
    letter = send_letter(olaf, version, rita.person)
    with pytest.raises(DomainError, match=rita.person.name) as refused:
        post_run(actor=fiona, run=run, at=AT)
    assert refused.value.code == "not-accepted"
    accept(rita, letter)
    assert post_run(actor=fiona, run=run, at=AT).state == "posted"


def test_another_version_needs_another_letter(paid, olaf, rita, fiona):
    version = paid.earnings.first().plan_version
    accept(rita, send_letter(olaf, version, rita.person))
    assert list(unaccepted(paid.run)) == []
    longer = CASH_PLAN.replace("0.010", "0.011")
    assert longer != CASH_PLAN
    second = add_plan_version(actor=olaf, plan=version.plan, document=longer, valid_from=LONG_AGO, at=AT)
    run = run_month(olaf, "2026-M02")
    assert Statement.objects.get(run=run, person=rita.person).earnings.get().plan_version == second
    assert rita.person in unaccepted(run)


def test_without_the_setting_pay_does_not_wait(paid, olaf, fiona):
    post_month(olaf, fiona, Run.objects.get(pay_period__key="2026-M01"))
    submit_run(actor=olaf, run=paid.run, at=AT)
    run = approve_run(actor=fiona, run=paid.run, at=AT)
    assert post_run(actor=fiona, run=run, at=AT).state == "posted"


def test_the_board_counts_filters_and_leads_to_letters(olaf, rita, ray, version, letter):
    client = client_of(olaf)
    url = reverse("plan_letters", args=[version.plan_id, version.number])
    page = client.get(url).content.decode()
    assert rita.person.name in page
    assert ray.person.name in page
    assert reverse("plan_letter", args=[letter.pk]) in page
    with translation.override("en"):
        only = client.get(url, {"state": "none"}).content.decode()
    assert f'data-row="{ray.person_id}"' in only
    assert f'data-row="{rita.person_id}"' not in only


def test_the_letter_is_answered_in_its_page(rita, letter):
    client = client_of(rita)
    assert "Your answer" in client.get(reverse("plan_letter", args=[letter.pk])).content.decode()
    letter.refresh_from_db()
    assert letter.opened_at
    url = reverse("plan_letter_accept", args=[letter.pk])
    wrong = client.post(url, {"name": "x", "digest": letter.digest})
    assert wrong.status_code == 422
    assert "as it stands in the letter" in wrong.content.decode()
    assert client.post(url, {"name": rita.person.name, "digest": letter.digest}).status_code == 302
    page = client.get(reverse("plan_letter", args=[letter.pk])).content.decode()
    assert f"Accepted by {rita.person.name}" in page
    stored = client.get(reverse("plan_letter_pdf", args=[letter.pk]))
    assert letter.digest in pypdf.PdfReader(io.BytesIO(stored.content)).pages[-1].extract_text()


def test_letters_are_sent_read_and_answered_over_the_api(olaf, rita, ray, version):
    operations, payee = Client(), Client()
    operations.force_login(olaf)
    payee.force_login(rita)
    address = f"/api/v1/pay-plans/{version.plan_id}/versions/{version.number}/letters"
    sent = operations.post(address, "{}", content_type="application/json").json()
    assert sent["sent"] == 2
    (mine,) = payee.get("/api/v1/plan-letters").json()["items"]
    read = payee.get(f"/api/v1/plan-letters/{mine['id']}").json()
    assert read["state"] == "opened"
    assert read["content"]["parts"][0]["kind"] == "facts"
    body = json.dumps({"name": rita.person.name, "digest": read["digest"]})
    done = payee.post(f"/api/v1/plan-letters/{mine['id']}/accept", body, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "accepted")
    paper = payee.get(f"/api/v1/plan-letters/{mine['id']}/pdf")
    assert paper["Content-Type"] == "application/pdf"
    other = next(one["id"] for one in sent["items"] if one["person_id"] == ray.person_id)
    assert payee.get(f"/api/v1/plan-letters/{other}").status_code == 404
