"""Acknowledging: the first to do it has taken notice, whoever comes after changes nothing."""

from datetime import timedelta

import pytest

from alerts.errors import AlertResolved
from alerts.models import Alert
from alerts.services import acknowledge
from tests.alerts.conftest import MONDAY
from tests.factories import person

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def send(client):
    def post(who, alert, headers=None, **values):
        client.force_login(who)
        return client.post(f"/alerts/{alert.pk}/acknowledge", values, headers=headers)

    return post


def stored(alert):
    alert.refresh_from_db()
    return alert.status, alert.acknowledged_by, alert.assignee


def test_who_acknowledges_first_is_assigned_and_stays_so(see, north, mona):
    alert, max_ = see("low"), person("manager", {north: "manage"})
    acknowledge(alert=alert, by=mona, at=MONDAY)
    again = acknowledge(alert=alert, by=max_, at=MONDAY + timedelta(hours=1))
    assert (again.acknowledged, again.acknowledged_by, again.assignee) == (MONDAY, mona, mona)


def test_an_assignee_stays_when_another_acknowledges(see, north, mona):
    alert, max_ = see("low"), person("manager", {north: "manage"})
    Alert.objects.update(assignee=max_)
    acknowledge(alert=alert, by=mona, at=MONDAY)
    assert stored(alert) == ("acknowledged", mona, max_)


def test_a_resolved_alert_is_refused(see, mona):
    see("low")
    with pytest.raises(AlertResolved):
        acknowledge(alert=see(None), by=mona, at=MONDAY)


def test_without_scripts_the_person_comes_back_to_where_they_were(see, mona, send):
    alert = see("low")
    response = send(mona, alert, next="/alerts/?state=all")
    assert (response.status_code, response["Location"]) == (302, "/alerts/?state=all")
    assert stored(alert) == ("acknowledged", mona, mona)


@pytest.mark.parametrize(
    "back", ["", "//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site(see, mona, send, back):
    alert = see("low")
    assert send(mona, alert, next=back)["Location"] == f"/alerts/{alert.pk}/"


def test_with_htmx_the_row_comes_back_without_its_button(see, mona, send):
    alert = see("low")
    response = send(mona, alert, HTMX)
    words = response.content.decode()
    assert response.status_code == 200
    assert f'<li class="spread" id="alert-{alert.pk}">' in words
    assert "Acknowledged by Mona" in words
    assert "<html" not in words
    assert "<form" not in words
    assert 'hx-swap-oob="beforeend:#messages"' in words


def test_twice_is_the_same_as_once(see, mona, send):
    alert = see("low")
    assert [send(mona, alert).status_code, send(mona, alert).status_code] == [302, 302]
    assert stored(alert) == ("acknowledged", mona, mona)


def test_who_may_only_look_is_told_so(see, north, send):
    alert = see("low")
    response = send(person("staff", {north: "view"}), alert)
    assert response.status_code == 403
    assert "not acknowledge them" in response.content.decode()
    assert stored(alert) == ("open", None, None)


def test_an_alert_of_a_foreign_warehouse_is_not_there(see, north, south, send):
    alert = see("low", warehouse=south)
    assert send(person("manager", {north: "manage"}), alert).status_code == 404
    assert stored(alert) == ("open", None, None)


def test_an_alert_that_has_resolved_itself_meanwhile_is_refused_with_a_sentence(see, mona, send):
    see("low")
    response = send(mona, see(None), HTMX)
    assert response.status_code == 409
    assert "resolved itself" in response.content.decode()


def test_a_link_alone_does_nothing(see, mona, client):
    alert = see("low")
    client.force_login(mona)
    assert client.get(f"/alerts/{alert.pk}/acknowledge").status_code == 405
    assert stored(alert) == ("open", None, None)


def test_a_post_without_the_token_is_refused(see, mona):
    from django.test import Client

    alert, strict = see("low"), Client(enforce_csrf_checks=True)
    strict.force_login(mona)
    assert strict.post(f"/alerts/{alert.pk}/acknowledge", headers=HTMX).status_code == 403
    assert stored(alert) == ("open", None, None)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_make_one_of_them_the_assignee(see, north, mona, at_once):
    alert, max_ = see("low"), person("manager", {north: "manage"})
    at_once(*[lambda who=who: acknowledge(alert=alert, by=who, at=MONDAY) for who in (mona, max_)])
    status, by, assignee = stored(alert)
    assert status == "acknowledged"
    assert by == assignee
