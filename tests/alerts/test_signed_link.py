"""The signed link of a message: it opens a page with one button, and the button works once."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.services import set_right
from alerts.models import AlertEvent, Delivery
from alerts.services import acknowledge, resolve
from alerts.services.links import acknowledge_link
from tests.alerts.conftest import MONDAY
from tests.factories import person


def path_of(link):
    return "/" + link.split("/", 3)[3]


@pytest.fixture
def link(mona):
    """Give the path of the link in the newest mail to Mona about an alert."""

    def make(alert, to=mona):
        mails = Delivery.objects.filter(alert=alert, person=to, channel="email").select_related("alert")
        return path_of(acknowledge_link(mails.latest("id")))

    return make


def stored(alert):
    alert.refresh_from_db()
    return alert.status, alert.acknowledged_by, alert.assignee


def test_opening_it_changes_nothing_however_often(see, mona, link, client):
    alert = see("low")
    for _ in range(3):
        answer = client.get(link(alert))
        assert answer.status_code == 200
        assert answer.content.decode().count("<button") == 1
    assert client.head(link(alert)).status_code == 200
    assert stored(alert) == ("open", None, None)


def test_the_button_acknowledges_as_the_person_of_the_message_without_signing_in(see, mona, link, client):
    alert = see("low")
    answer = client.post(link(alert))
    assert answer.status_code == 200
    assert "You have taken notice." in answer.content.decode()
    assert stored(alert) == ("acknowledged", mona, mona)
    assert AlertEvent.objects.get(kind="acknowledged").facts == {"link": "1"}


def test_it_is_the_person_of_the_message_whoever_is_signed_in(see, north, mona, link, client):
    alert = see("low")
    client.force_login(person("manager", {north: "manage"}))
    client.post(link(alert))
    assert stored(alert) == ("acknowledged", mona, mona)


def test_it_works_once(see, mona, link, client):
    from alerts.services import snooze, wake

    alert = see("low")
    used = link(alert)
    client.post(used)
    again = client.post(used)
    assert (again.status_code, "used already" in again.content.decode()) == (410, True)
    snooze(alert=alert, by=mona, until=MONDAY + timedelta(hours=1), at=MONDAY)
    wake(at=MONDAY + timedelta(hours=1))
    assert [client.get(used).status_code, client.post(used).status_code] == [410, 410]
    assert stored(alert)[0] == "open"


def test_a_week_later_it_is_too_old(see, mona, link, client):
    alert = see("low")
    address = link(alert)
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        answers = [client.get(address), client.post(address)]
    assert [(each.status_code, "7 days old" in each.content.decode()) for each in answers] == [(410, True)] * 2
    assert stored(alert) == ("open", None, None)


@pytest.mark.parametrize("right", ["view", None])
def test_who_may_not_operate_there_any_more_has_a_link_that_was_withdrawn(see, north, mona, link, client, right):
    alert = see("low")
    address = link(alert)
    set_right(person=mona, warehouse=north, right=right)
    answer = client.post(address)
    assert (answer.status_code, "was withdrawn" in answer.content.decode()) == (410, True)
    assert "BOLT-M8" not in answer.content.decode()
    assert stored(alert) == ("open", None, None)


def test_what_somebody_has_done_meanwhile_is_said(see, north, mona, link, client):
    alert, max_ = see("low"), person("manager", {north: "manage"}, name="Max")
    address = link(alert)
    acknowledge(alert=alert, by=max_, at=MONDAY)
    assert "Max has acknowledged this alert already." in client.get(address).content.decode()
    resolve(alert=alert, why="Ordered.", by=max_, at=MONDAY)
    answer = client.post(address)
    assert (answer.status_code, "This alert is resolved." in answer.content.decode()) == (410, True)


def test_a_newer_message_takes_the_place_of_the_one_before(see, mona, link, client):
    alert = see("low")
    old = link(alert)
    see("out", at=MONDAY + timedelta(minutes=1))
    assert "told of this alert again" in client.post(old).content.decode()
    assert stored(alert) == ("open", None, None)
    assert client.post(link(alert)).status_code == 200


def test_what_others_were_told_since_leaves_the_link_as_it_is(see, mona, link, client):
    from alerts.services import escalate

    person("admin", name="Ada")
    alert = see("out")
    escalate(at=MONDAY + timedelta(hours=1))
    assert client.post(link(alert)).status_code == 200
    assert stored(alert) == ("acknowledged", mona, mona)


@pytest.mark.parametrize("forge", [lambda path: path[:-2] + "x/", lambda _: "/alerts/link/x/", lambda p: p + "y/"])
def test_a_forged_one_is_not_there(see, mona, link, client, forge):
    alert = see("low")
    forged = forge(link(alert))
    assert [client.get(forged).status_code, client.post(forged).status_code] == [404, 404]
    assert stored(alert) == ("open", None, None)


def test_one_that_was_signed_for_something_else_is_not_there(see, mona, client):
    from django.core import signing

    alert = see("low")
    for token in (signing.dumps([alert.pk, mona.pk, 1]), signing.dumps([alert.pk, mona.pk, 1], salt="other")):
        assert client.post(f"/alerts/link/{token}/").status_code == 404
    assert stored(alert) == ("open", None, None)


def test_a_post_from_elsewhere_is_refused(see, mona, link):
    alert = see("low")
    assert Client(enforce_csrf_checks=True).post(link(alert)).status_code == 403
    assert stored(alert) == ("open", None, None)


@pytest.mark.django_db(transaction=True)
def test_of_two_taps_at_once_one_acknowledges(see, mona, link, at_once):
    alert = see("low")
    address = link(alert)
    answers = at_once(*[lambda: Client().post(address).status_code] * 2)
    assert sorted(answers) == [200, 410]
    assert AlertEvent.objects.filter(kind="acknowledged").count() == 1
    assert stored(alert) == ("acknowledged", mona, mona)
