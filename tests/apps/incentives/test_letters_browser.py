"""A plan letter in a real browser: sent by sales operations, read and accepted by the payee, told on the board."""

import pytest
from django.urls import reverse

from makers import day, moment
from makers_incentives import make_plan, make_quota, pay_by, send_letter
from tiji.apps.incentives.models import PlanLetter
from tiji.apps.incentives.services.letters import decline_letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1440, "light", "zh-hans"), (1440, "dark", "en"), (390, "light", "en"), (390, "dark", "zh-hans")]


@pytest.fixture
def version(olaf, rita, ray):
    found = make_plan(olaf)
    for user in (rita, ray):
        pay_by(olaf, found, user.person)
        make_quota(olaf, user.person, f"{day('2026-01-02').year}-Q1", "1000000")
    return found


def test_a_letter_is_sent_opened_accepted_and_told_on_the_board(open_page, olaf, rita, ray, version):
    board = reverse("plan_letters", args=[version.plan_id, version.number])
    page = open_page(reverse("pay_plan", args=[version.plan_id]), user=olaf, lang="en")
    page.get_by_role("link", name="Letters").click()
    page.get_by_role("link", name="Send letters").click()
    page.locator("#dialog").get_by_text("2 people are paid by this version").wait_for()
    page.locator("#dialog").get_by_role("button", name="Send").click()
    page.get_by_text("2 letters sent").wait_for()
    letter = PlanLetter.objects.get(person=rita.person)

    mine = open_page(reverse("statements"), user=rita, lang="en")
    mine.get_by_role("link", name="Read it").click()
    mine.get_by_role("heading", name=version.plan.name).first.wait_for()
    mine.get_by_role("link", name="Accept").click()
    mine.locator("#dialog").get_by_label("Your name").fill("somebody else")
    mine.locator("#dialog").get_by_role("button", name="Accept").click()
    mine.get_by_text("Type your name as it stands in the letter").wait_for()
    open_page.complaints.clear()  # the browser's own note that the answer was 422
    mine.locator("#dialog").get_by_label("Your name").fill(rita.person.name)
    mine.locator("#dialog").get_by_role("button", name="Accept").click()
    mine.get_by_text(f"Accepted by {rita.person.name} on").wait_for()
    letter.refresh_from_db()
    assert (letter.state, letter.accepted_name) == ("accepted", rita.person.name)
    with mine.expect_download() as saved:
        mine.get_by_role("link", name="PDF").click()
    assert saved.value.suggested_filename == f"plan-letter-cash-v1-{rita.person_id}.pdf"

    page.goto(f"{board}?state=accepted")
    assert page.locator("tbody tr").count() == 1
    assert rita.person.name in page.locator("tbody tr").inner_text()
    page.goto(f"{board}?state=sent")
    assert ray.person.name in page.locator("tbody tr").inner_text()


@pytest.mark.parametrize(("width", "theme", "lang"), LOOKS)
def test_every_page_of_letters_is_accessible_and_fits(
    open_page, accessible, olaf, rita, ray, version, width, theme, lang
):
    waiting = send_letter(olaf, version, rita.person)
    other = send_letter(olaf, version, ray.person)
    decline_letter(actor=ray, letter=other, reason="目标太高", at=moment("2026-01-05"))
    at = [version.plan_id, version.number]
    seen = {
        olaf: [
            reverse("plan_letters", args=at),
            reverse("plan_letters_send", args=at),
            reverse("plan_letters_remind", args=at),
            reverse("plan_letter", args=[other.pk]),
        ],
        rita: [
            reverse("own_letters"),
            reverse("plan_letter", args=[waiting.pk]),
            reverse("plan_letter_accept", args=[waiting.pk]),
            reverse("plan_letter_decline", args=[waiting.pk]),
        ],
    }
    for user, addresses in seen.items():
        page = open_page(addresses[0], user=user, theme=theme, lang=lang, width=width)
        for address in addresses:
            page.goto(address)
            accessible(page)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{address} is {wide} px wider than the screen"
