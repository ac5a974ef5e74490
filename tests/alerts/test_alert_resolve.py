"""Resolving by hand: with a word why, once, and it stands on the page, in the list and in the history."""

import pytest
from django.utils.html import escape

from alerts.errors import AlertRefused, AlertResolved
from alerts.models import Delivery
from alerts.services import resolve
from tests.alerts.conftest import MONDAY
from tests.factories import person
from tests.hostile.markup import RUNS
from tests.test_markers import text_of


@pytest.fixture
def post(client):
    def send(who, alert, why):
        client.force_login(who)
        return client.post(f"/alerts/{alert.pk}/resolve", {"why": why})

    return send


def stored(alert):
    alert.refresh_from_db()
    ends = list(alert.events.filter(kind="resolved").values_list("by__name", "text"))
    return alert.status, alert.resolution, ends


def test_it_ends_with_who_ended_it_and_why_although_its_cause_stands(see, mona, post, client):
    alert = see("low")
    response = post(mona, alert, "  South Yard sends eight.  ")
    assert (response.status_code, response["Location"]) == (302, f"/alerts/{alert.pk}/")
    assert stored(alert) == ("resolved", "South Yard sends eight.", [("Mona", "South Yard sends eight.")])
    assert (alert.standing, alert.resolved_by) == (True, mona)
    for address in (f"/alerts/{alert.pk}/", "/alerts/?state=resolved"):
        assert "South Yard sends eight." in text_of(client.get(address))
    assert "No alert is in this state" not in text_of(client.get("/alerts/?state=resolved"))


def test_nobody_is_told_of_it_anew_until_it_is_graver(see, mona):
    resolve(alert=see("low"), why="Known.", by=mona, at=MONDAY)
    before = Delivery.objects.count()
    assert see("low").status == "resolved"
    assert Delivery.objects.count() == before
    assert see("out", quantity="0").status == "open"
    assert Delivery.objects.count() == before + 2


def test_pressed_twice_it_ended_once(see, mona, post):
    alert = see("low")
    assert [post(mona, alert, "Mended.").status_code for _ in range(2)] == [302, 302]
    assert stored(alert) == ("resolved", "Mended.", [("Mona", "Mended.")])


def test_other_words_or_another_person_come_too_late(see, north, mona, post):
    alert, max_ = see("low"), person("staff", {north: "operate"}, name="Max")
    post(mona, alert, "Mended.")
    for who, why in ((mona, "Other words."), (max_, "Mended.")):
        response = post(who, alert, why)
        assert response.status_code == 409
        assert "Mona has resolved this alert meanwhile. Nothing was changed." in text_of(response)
    assert stored(alert) == ("resolved", "Mended.", [("Mona", "Mended.")])


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_ends_it(see, north, mona, at_once):
    alert, max_ = see("low"), person("staff", {north: "operate"}, name="Max")

    def end(who):
        try:
            return resolve(alert=alert, why=f"By {who}.", by=who, at=MONDAY).resolution
        except AlertResolved:
            return "late"

    answers = at_once(lambda: end(mona), lambda: end(max_))
    assert sorted(answers)[1] == "late"
    assert stored(alert)[1] == sorted(answers)[0]
    assert alert.events.filter(kind="resolved").count() == 1


@pytest.mark.parametrize("why", ["", "   ", "\t"])
def test_without_a_word_why_it_goes_on(see, mona, post, why):
    alert = see("low")
    response = post(mona, alert, why)
    assert response.status_code == 422
    assert dict(response.context["resolving"].errors) == {"why": ["Say why it is resolved."]}
    with pytest.raises(AlertRefused, match="Say why"):
        resolve(alert=alert, why=why, by=mona, at=MONDAY)
    assert stored(alert) == ("open", "", [])


def test_two_hundred_characters_fit_and_one_more_does_not(see, mona, post):
    alert = see("low")
    response = post(mona, alert, "y" * 201)
    assert response.status_code == 422
    assert f'value="{"y" * 201}"' in text_of(response)
    with pytest.raises(AlertRefused, match="at most 200"):
        resolve(alert=alert, why="y" * 201, by=mona, at=MONDAY)
    assert stored(alert) == ("open", "", [])
    assert post(mona, alert, "y" * 200).status_code == 302


@pytest.mark.parametrize(
    "why",
    ["a\x00b", "a\N{RIGHT-TO-LEFT OVERRIDE}b", "a\N{ZERO WIDTH SPACE}b", "a\nb", "a\x1b[31m", "a\N{LINE SEPARATOR}b"],
    ids=ascii,
)
def test_what_nobody_sees_is_refused_beside_its_field(see, mona, post, why):
    alert = see("low")
    response = post(mona, alert, why)
    assert response.status_code == 422
    assert list(response.context["resolving"].errors) == ["why"]
    assert stored(alert) == ("open", "", [])


@pytest.mark.parametrize("why", [RUNS, "' OR 1=1 --", "%(warehouse)s {{ alert }}", "=1+1"], ids=ascii)
def test_a_word_that_would_run_stands_there_as_it_is(see, mona, post, client, why):
    alert = see("low")
    assert post(mona, alert, why).status_code == 302
    for address in (f"/alerts/{alert.pk}/", "/alerts/?state=resolved"):
        page = text_of(client.get(address))
        assert escape(why) in page
        assert "<script>alert" not in page
