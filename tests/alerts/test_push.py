"""Push: to every browser of the person, sent if one took it; and the private parts of the client that we set."""

import pytest

from accounts.services import set_right
from alerts.channels.identity import message_key
from alerts.delivery import relay
from alerts.models import Delivery, PushDevice
from alerts.queries.links import read_link
from tests.alerts.doubles import BROKEN, GOOD, UNREGISTERED, Answer, fcm_error

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)


def by_browser(answers):
    """Answer by the browser that a message is for: its devices are asked at the same time."""
    return lambda message: answers.get(message["fid"], GOOD)


def test_every_browser_is_told_what_has_happened(firebase, mona, add_device, queue_for):
    add_device(mona, "one")
    add_device(mona, "two")
    [row] = queue_for(mona, "push")
    assert relay() == 1
    assert sorted(message["fid"] for message in firebase.received) == ["one", "two"]
    for message in firebase.received:
        assert message["path"] == "/v1/projects/holdfast/messages:send"
        assert message["authorization"] == "Bearer open"
        shown = message["webpush"]["notification"]
        assert (shown["title"], shown["body"], shown["tag"]) == (row.headline, row.message, message_key(row))
        link = f"http://testserver/alerts/{row.alert_id}/"
        assert message["data"]["link"] == link


def test_who_may_act_acknowledges_from_the_message_itself(firebase, mona, add_device, queue_for):
    add_device(mona)
    [row] = queue_for(mona, "push")
    relay()
    [message] = firebase.received
    assert message["webpush"]["notification"]["actions"] == [{"action": "acknowledge", "title": "Acknowledge"}]
    link = message["data"]["acknowledge"]
    assert link.startswith("http://testserver/alerts/link/")
    invited = read_link(link.split("/")[-2])
    assert (invited.alert.pk, invited.person) == (row.alert_id, mona)


def test_who_may_only_look_gets_no_such_link(firebase, north, mona, add_device, queue_for):
    add_device(mona)
    queue_for(mona, "push")
    set_right(person=mona, warehouse=north, right="view")
    relay()
    [message] = firebase.received
    assert "actions" not in message["webpush"]["notification"]
    assert message["data"]["acknowledge"] == ""


def test_the_token_of_the_settings_account_is_asked_for_once(firebase, mona, add_device, queue_for):
    add_device(mona)
    queue_for(mona, "push", 3)
    assert relay() == 3
    assert firebase.tokens == 1


def test_who_has_no_browser_is_told_by_sms(firebase, twilio, mona, queue_for):
    mona.phone = "+441632960961"
    mona.save()
    queue_for(mona, "push")
    assert relay() == 1
    assert Delivery.objects.get(channel="push").error == "The person has no device for push messages."
    assert len(twilio.received) == 1


@pytest.mark.parametrize("other", [UNREGISTERED, BROKEN, Answer(400)], ids=repr)
def test_it_is_sent_if_one_browser_took_it(firebase, mona, add_device, queue_for, other):
    add_device(mona, "good")
    add_device(mona, "bad")
    firebase.always = by_browser({"bad": other})
    queue_for(mona, "push")
    assert relay() == 1
    assert Delivery.objects.get(channel="push").status == "sent"
    left = {"good"} if other is UNREGISTERED else {"good", "bad"}
    assert set(PushDevice.objects.values_list("name", flat=True)) == left


def test_a_browser_that_firebase_does_not_know_any_more_is_forgotten(firebase, mona, add_device, queue_for):
    add_device(mona)
    firebase.always = UNREGISTERED
    queue_for(mona, "push")
    relay()
    assert PushDevice.objects.count() == 0
    row = Delivery.objects.get(channel="push")
    assert (row.status, row.error) == ("failed", "Firebase does not know the device any more.")


def test_one_that_may_yet_be_taken_keeps_it_waiting(firebase, mona, add_device, queue_for):
    add_device(mona, "gone")
    add_device(mona, "tired")
    firebase.always = by_browser({"gone": UNREGISTERED, "tired": fcm_error(503, "UNAVAILABLE")})
    queue_for(mona, "push")
    relay()
    assert Delivery.objects.get(channel="push").status == "waiting"


def test_an_account_that_google_lets_not_in_costs_no_attempt(firebase, mona, add_device, queue_for, monkeypatch):
    add_device(mona)
    monkeypatch.setattr(firebase, "take", lambda *_: Answer(401, '{"error": "invalid_grant"}'))
    queue_for(mona, "push")
    assert relay() == 0
    row = Delivery.objects.get(channel="push")
    assert (row.status, row.attempts) == ("waiting", 0)


def test_the_private_parts_of_the_client_are_what_we_take_them_for(firebase):
    """Where it sends to, and how often by itself: a new release that moves them fails here."""
    from firebase_admin import messaging

    from alerts.channels.push import _app

    service = messaging._MessagingService
    assert service.FCM_URL == "https://fcm.googleapis.com/v1/projects/{0}/messages:send"
    ours = messaging._get_messaging_service(_app(firebase.account, firebase.url))
    assert ours._fcm_url == f"{firebase.url}/v1/projects/holdfast/messages:send"
    assert ours._client.timeout == 10
    tries = ours._client.session.get_adapter(ours._fcm_url).max_retries
    assert (tries.total, tries.read) == (0, False)
    real = messaging._get_messaging_service(_app(firebase.account, "https://fcm.googleapis.com"))
    assert real._client.session.get_adapter(real._fcm_url).max_retries.total == 0
