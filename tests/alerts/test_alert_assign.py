"""Assigning: to somebody who may act there, who is told of it once."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.channels.email import write_mail
from alerts.delivery import relay
from alerts.errors import AlertRefused, AlertResolved
from alerts.models import Channel, Delivery, Kind, Mode, Preferences, Subscription
from alerts.services import assign, resolve
from tests.alerts.conftest import MONDAY
from tests.factories import person
from tests.test_markers import text_of


@pytest.fixture
def max_(north):
    return person("staff", {north: "operate"}, name="Max", email="max@example.com")


@pytest.fixture
def post(client):
    def send(who, alert, to):
        client.force_login(who)
        return client.post(f"/alerts/{alert.pk}/assign", {"to": to.pk if hasattr(to, "pk") else to})

    return send


def told(person):
    rows = Delivery.objects.filter(person=person, facts__because="assigned").order_by("channel")
    return list(rows.values_list("channel", "status"))


def assigned_to(alert):
    alert.refresh_from_db()
    words = alert.events.filter(kind="assigned").order_by("id").values_list("by__name", "facts__to")
    return alert.assignee, list(words)


def test_it_belongs_to_them_and_the_history_says_who_gave_it_to_whom(see, mona, max_, post):
    alert = see("low")
    response = post(mona, alert, max_)
    assert (response.status_code, response["Location"]) == (302, f"/alerts/{alert.pk}/")
    assert assigned_to(alert) == (max_, [("Mona", "Max")])
    assert alert.status == "open"


def test_they_are_told_in_person_in_the_app_and_by_mail_although_they_subscribed_to_nothing(see, mona, max_):
    alert = see("low")
    assert Delivery.objects.filter(person=max_).count() == 0
    assign(alert=alert, to=max_, by=mona, at=MONDAY)
    assert told(max_) == [("app", "sent"), ("email", "waiting")]
    written = write_mail(Delivery.objects.select_related("alert", "person").get(person=max_, channel="email"))
    assert "This was given to you to see to." in written.body
    assert "This was given to you to see to." in written.alternatives[0][0]
    assert alert.events.order_by("-id").values_list("kind", flat=True)[:2][::-1] == ["assigned", "told"]


def test_the_same_twice_is_told_once_also_when_pressed_twice(see, mona, max_, post):
    alert = see("low")
    assert [post(mona, alert, max_).status_code for _ in range(2)] == [302, 302]
    assert assigned_to(alert) == (max_, [("Mona", "Max")])
    assert told(max_) == [("app", "sent"), ("email", "waiting")]


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_are_told_once(see, north, mona, max_, at_once):
    alert, other = see("low"), person("manager", {north: "manage"})
    at_once(*(lambda by=by: assign(alert=alert, to=max_, by=by, at=MONDAY) for by in (mona, other)))
    assert told(max_) == [("app", "sent"), ("email", "waiting")]
    assert alert.events.filter(kind="assigned").count() == 1


def test_who_takes_it_is_not_told_what_they_know(see, mona, max_):
    alert = see("low")
    assign(alert=alert, to=mona, by=mona, at=MONDAY)
    assert (told(mona), alert.events.filter(kind="told").count()) == ([], 1)
    assign(alert=alert, to=max_, by=max_, at=MONDAY)
    assert (told(max_), alert.events.filter(kind="told").count()) == ([], 1)


def test_given_on_and_back_each_is_told_each_time(see, mona, max_):
    alert = see("low")
    for to in (max_, mona, max_):
        assign(alert=alert, to=to, by=max_ if to == mona else mona, at=MONDAY)
    assert told(max_) == [("app", "sent")] * 2 + [("email", "waiting")] * 2
    assert told(mona) == [("app", "sent"), ("email", "waiting")]


def test_nobody_else_is_told(see, north, mona, max_):
    person("manager", {north: "manage"}, name="Nora")
    alert = see("low")
    before = Delivery.objects.count()
    assign(alert=alert, to=max_, by=mona, at=MONDAY)
    assert Delivery.objects.count() == before + 2


def test_what_they_left_for_a_digest_leaves_at_once_and_what_they_turned_off_stays_off(see, north, mona, max_):
    choice = {"person": max_, "warehouse": None, "kind": Kind.LOW}
    Subscription.objects.create(**choice, channel=Channel.EMAIL, mode=Mode.DIGEST)
    assign(alert=see("low"), to=max_, by=mona, at=MONDAY)
    assert told(max_) == [("app", "sent"), ("email", "waiting")]
    nora = person("staff", {north: "operate"})
    Subscription.objects.create(**{**choice, "person": nora}, channel=Channel.EMAIL, mode=Mode.NEVER)
    assign(alert=see("low"), to=nora, by=mona, at=MONDAY)
    assert told(nora) == [("app", "sent")]


def test_their_quiet_hours_hold(see, mona, max_):
    Preferences.objects.create(person=max_, quiet_from=time(7), quiet_until=time(10))
    assign(alert=see("low"), to=max_, by=mona, at=MONDAY)
    row = Delivery.objects.get(person=max_, channel="email")
    assert row.next_attempt == datetime.combine(MONDAY.date(), time(10), tzinfo=ZoneInfo("UTC"))


@pytest.mark.django_db(transaction=True)
def test_a_right_that_was_taken_before_it_left_withdraws_it(see, north, mona, max_, mail_server):
    from accounts.services import set_right

    see("low")
    relay()
    mail_server.received.clear()
    assign(alert=see("low"), to=max_, by=mona, at=MONDAY)
    set_right(person=max_, warehouse=north, right=None)
    assert (relay(), mail_server.received) == (0, [])
    assert told(max_) == [("app", "sent"), ("email", "withdrawn")]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ("", "Choose a person."),
        ("x", "This person may not act on this alert. Choose somebody else."),
        ("999999", "This person may not act on this alert. Choose somebody else."),
        ("1\x00", "Null characters are not allowed."),
        ("9" * 400, "This person may not act on this alert. Choose somebody else."),
    ],
)
def test_what_is_no_choice_is_refused_beside_the_field(see, mona, post, chosen, words):
    alert = see("low")
    response = post(mona, alert, chosen)
    assert response.status_code == 422
    assert dict(response.context["assigning"].errors) == {"to": [words]}
    assert assigned_to(alert) == (None, [])


def test_nobody_who_may_only_look_or_is_elsewhere_or_gone_can_be_chosen(see, north, south, mona, post, client):
    alert = see("low")
    strangers = [
        person("staff", {north: "view"}, name="Viewer"),
        person("manager", {south: "manage"}, name="Stranger"),
        person("staff", {north: "operate"}, name="Gone", status="suspended"),
    ]
    for stranger in strangers:
        assert post(mona, alert, stranger).status_code == 422
        with pytest.raises(AlertRefused, match="may not act on this alert"):
            assign(alert=alert, to=stranger, by=mona, at=MONDAY)
    page = text_of(client.get(f"/alerts/{alert.pk}/"))
    assert [each.name for each in strangers if each.name in page] == []
    assert assigned_to(alert) == (None, [])


def test_what_is_over_belongs_to_nobody_new(see, mona, max_, post):
    alert = resolve(alert=see("low"), why="Mended.", by=max_, at=MONDAY)
    with pytest.raises(AlertResolved, match="Max has resolved this alert meanwhile"):
        assign(alert=alert, to=max_, by=mona, at=MONDAY)
    response = post(mona, alert, max_)
    assert response.status_code == 409
    assert "Max has resolved this alert meanwhile. Nothing was changed." in text_of(response)
    assert told(max_) == []
