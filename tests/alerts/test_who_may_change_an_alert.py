"""Assign, comment, resolve and snooze: for those who operate in the alert's warehouse, and nothing by a link alone."""

import pytest
from django.test import Client

from alerts.models import AlertEvent
from alerts.services import comment
from tests.alerts.conftest import MONDAY
from tests.factories import person
from tests.test_markers import text_of

VERBS = {
    "assign": {"to": "1"},
    "comment": {"text": "Somebody looks."},
    "resolve": {"why": "Mended."},
    "snooze": {"rest": "hour"},
}
ONLY_LOOK = "You may look at the alerts of this warehouse, but not change them."


@pytest.fixture(params=VERBS)
def send(request, client):
    """Post one of the verbs as somebody."""

    def post(who, alert, by=client):
        by.force_login(who)
        return by.post(f"/alerts/{alert.pk}/{request.param}", VERBS[request.param])

    return post


def untouched(alert):
    alert.refresh_from_db()
    kinds = list(alert.events.values_list("kind", flat=True))
    return (alert.status, alert.assignee, kinds) == ("open", None, ["opened"])


def test_who_may_only_look_is_told_so(see, north, send):
    alert = see("low")
    response = send(person("manager", {north: "view"}), alert)
    assert response.status_code == 403
    assert ONLY_LOOK in text_of(response)
    assert untouched(alert)


def test_an_alert_of_a_foreign_warehouse_is_not_there(see, north, south, send):
    alert = see("low", warehouse=south)
    assert send(person("manager", {north: "manage"}), alert).status_code == 404
    assert untouched(alert)


def test_whoever_is_not_signed_in_is_sent_to_sign_in(see, client, db):
    alert = see("low")
    for verb, values in VERBS.items():
        response = client.post(f"/alerts/{alert.pk}/{verb}", values)
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/sign-in/")
    assert untouched(alert)


def test_a_link_alone_does_nothing(see, north, client):
    alert = see("low")
    client.force_login(person("staff", {north: "operate"}))
    assert {client.get(f"/alerts/{alert.pk}/{verb}").status_code for verb in VERBS} == {405}
    assert untouched(alert)


def test_a_post_without_the_token_is_refused(see, north, send):
    alert = see("low")
    assert send(person("staff", {north: "operate"}), alert, Client(enforce_csrf_checks=True)).status_code == 403
    assert untouched(alert)


def test_the_page_offers_it_to_nobody_else(see, north, client):
    alert = see("low")
    for right, offered in (("view", False), ("operate", True)):
        client.force_login(person("staff", {north: right}))
        page = client.get(f"/alerts/{alert.pk}/").content.decode()
        assert {f'action="/alerts/{alert.pk}/{verb}"' in page for verb in VERBS} == {offered}


def test_once_it_is_over_only_a_comment_is_taken_and_the_others_are_told(see, north, client):
    see("low")
    alert = see(None)
    client.force_login(person("staff", {north: "operate"}))
    for verb in ("resolve", "snooze"):
        response = client.post(f"/alerts/{alert.pk}/{verb}", VERBS[verb])
        assert response.status_code == 409
        assert "This alert has resolved itself meanwhile. Nothing was changed." in text_of(response)
    page = client.get(f"/alerts/{alert.pk}/").content.decode()
    assert [verb for verb in VERBS if f'action="/alerts/{alert.pk}/{verb}"' in page] == ["comment"]
    assert client.post(f"/alerts/{alert.pk}/comment", VERBS["comment"]).status_code == 302
    assert list(AlertEvent.objects.values_list("kind", flat=True)) == ["opened", "resolved", "commented"]


def test_a_system_alert_is_changed_by_admins_alone(client, send, db):
    from alerts.models import Alert
    from alerts.services.system import report_backup

    report_backup(at=MONDAY, reason="disk full")
    alert = Alert.objects.get()
    assert send(person("manager"), alert).status_code == 404
    comment(alert=alert, text="Seen.", by=person("admin"), at=MONDAY)
    assert list(alert.events.values_list("kind", flat=True)) == ["opened", "commented"]
