"""Commenting: what somebody writes stands in the history as they wrote it, and runs nowhere."""

import pytest
from django.utils.html import escape

from alerts.errors import AlertRefused
from alerts.services import comment
from tests.alerts.conftest import MONDAY
from tests.factories import person
from tests.hostile.markup import RUNS
from tests.test_markers import text_of


@pytest.fixture
def post(client):
    def send(who, alert, text):
        client.force_login(who)
        return client.post(f"/alerts/{alert.pk}/comment", {"text": text})

    return send


def said(alert):
    return list(alert.events.filter(kind="commented").order_by("id").values_list("by__name", "text"))


def test_it_stands_in_the_history_with_who_wrote_it_and_changes_nothing_else(see, mona, post, client):
    alert = see("low")
    response = post(mona, alert, "  South Yard sends some.\nTwo boxes.  ")
    assert (response.status_code, response["Location"]) == (302, f"/alerts/{alert.pk}/")
    assert said(alert) == [("Mona", "South Yard sends some.\nTwo boxes.")]
    page = text_of(client.get(f"/alerts/{alert.pk}/"))
    assert "South Yard sends some.<br>Two boxes." in page
    alert.refresh_from_db()
    assert (alert.status, alert.assignee, alert.told_count) == ("open", None, 1)


def test_the_same_twice_in_a_row_is_one_and_again_later_is_another(see, north, mona, post):
    alert, max_ = see("low"), person("staff", {north: "operate"}, name="Max")
    for who, text in ((mona, "Yes."), (mona, "Yes."), (max_, "Yes."), (mona, "Yes.")):
        assert post(who, alert, text).status_code == 302
    assert said(alert) == [("Mona", "Yes."), ("Max", "Yes."), ("Mona", "Yes.")]


def test_a_line_break_counts_as_one_as_the_browser_counts_it(see, mona, post):
    alert = see("low")
    lines = ["x" * 99] * 10
    assert post(mona, alert, "\r\n".join([*lines, "y"])).status_code == 422
    assert post(mona, alert, "\r\n".join(lines) + "y").status_code == 302
    assert said(alert) == [("Mona", "\n".join(lines) + "y")]


@pytest.mark.django_db(transaction=True)
def test_the_same_twice_at_the_same_moment_is_one(see, mona, at_once):
    alert = see("low")
    at_once(*(lambda: comment(alert=alert, text="Yes.", by=mona, at=MONDAY) for _ in range(4)))
    assert said(alert) == [("Mona", "Yes.")]


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n"])
def test_without_words_it_is_refused(see, mona, post, text):
    alert = see("low")
    response = post(mona, alert, text)
    assert response.status_code == 422
    assert dict(response.context["commenting"].errors) == {"text": ["Write a comment."]}
    with pytest.raises(AlertRefused, match="Write a comment"):
        comment(alert=alert, text=text, by=mona, at=MONDAY)
    assert said(alert) == []


def test_a_thousand_characters_fit_and_one_more_does_not(see, mona, post):
    alert = see("low")
    assert post(mona, alert, "x" * 1000).status_code == 302
    response = post(mona, alert, "y" * 1001)
    assert response.status_code == 422
    assert "y" * 1001 in text_of(response)
    with pytest.raises(AlertRefused, match="at most 1000"):
        comment(alert=alert, text="y" * 1001, by=mona, at=MONDAY)
    assert said(alert) == [("Mona", "x" * 1000)]


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\N{RIGHT-TO-LEFT OVERRIDE}b", "a\N{ZERO WIDTH SPACE}b", "a\x1b[31m", "a\x7fb"], ids=ascii
)
def test_what_nobody_sees_is_refused_beside_its_field(see, mona, post, text):
    alert = see("low")
    response = post(mona, alert, text)
    assert response.status_code == 422
    assert list(response.context["commenting"].errors) == ["text"]
    assert said(alert) == []


@pytest.mark.parametrize("text", [RUNS, "' OR 1=1 --", "%(warehouse)s {{ alert }} {% now %}", "=1+1"], ids=ascii)
def test_a_text_that_would_run_stands_there_as_it_is(see, mona, post, client, text):
    alert = see("low")
    assert post(mona, alert, text).status_code == 302
    assert said(alert) == [("Mona", text)]
    page = text_of(client.get(f"/alerts/{alert.pk}/"))
    assert escape(text) in page
    assert "<script>alert" not in page
