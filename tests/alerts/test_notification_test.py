"""A test through each channel: a real delivery to the person who asked for it, and what became of it."""

import pytest

from alerts.delivery import relay
from alerts.models import Delivery, Preferences
from tests.alerts.doubles import Answer, fcm_error
from tests.factories import person

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "/alerts/notifications/test/"


@pytest.fixture
def ana(client):
    somebody = person(email="ana@example.com", name="Ana", phone="+441632960961")
    client.force_login(somebody)
    return somebody


def test_a_mail_goes_the_whole_way(client, ana, mail_server):
    answer = client.post(ADDRESS, {"channel": "email"}, follow=True)
    assert "A test is on its way by E-mail." in answer.content.decode()
    row = Delivery.objects.get()
    assert (row.purpose, row.person, row.channel, row.status) == ("test", ana, "email", "waiting")
    assert relay() == 1
    assert mail_server.recipients == ["ana@example.com"]
    assert b"[Holdfast] This is a test" in mail_server.received[0].content
    assert "Sent" in said(client)


def said(client):
    """Return what the page says of the last tests."""
    answer = client.get(ADDRESS, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    return "".join(line for line in answer.content.decode().splitlines() if "Test of" in line)


def test_an_sms_says_what_twilio_said(client, ana, twilio):
    client.post(ADDRESS, {"channel": "sms"})
    assert relay() == 1
    assert twilio.received[0]["To"] == "+441632960961"
    assert twilio.received[0]["Body"].startswith("This is a test ")
    Delivery.objects.update(provider_status="delivered")
    assert "Sent · delivered" in said(client)


def test_a_push_reaches_the_device(client, ana, firebase, add_device):
    add_device(ana)
    client.post(ADDRESS, {"channel": "push"})
    assert relay() == 1
    [message] = firebase.received
    assert message["webpush"]["notification"]["title"] == "This is a test"
    assert message["data"] == {
        "id": message["data"]["id"],
        "link": "http://testserver/alerts/",
        "alert": "",
        "acknowledge": "",
    }


def test_in_the_app_it_is_there_at_once(client, ana):
    answer = client.post(ADDRESS, {"channel": "app"}, follow=True)
    assert "This is a test. Messages from Holdfast reach you through this channel." in answer.content.decode()
    row = Delivery.objects.get()
    assert row.status == "sent"
    assert row.read == row.sent is not None


def test_one_that_fails_says_why_and_goes_nowhere_else(client, ana, firebase, twilio, add_device):
    add_device(ana)
    firebase.always = fcm_error(400, "INVALID_ARGUMENT", "The request was invalid.")
    client.post(ADDRESS, {"channel": "push"})
    relay()
    assert list(Delivery.objects.values_list("channel", "status")) == [("push", "failed")]
    assert "Failed · 400 The request was invalid." in said(client)
    assert twilio.received == []


def test_quiet_hours_do_not_hold_it_back(client, ana, mail_server):
    Preferences.objects.create(person=ana, quiet_from="00:00", quiet_until="23:59:59")
    client.post(ADDRESS, {"channel": "email"})
    assert relay() == 1


def test_the_page_asks_again_while_it_waits_and_no_longer(client, ana, twilio):
    twilio.always = Answer(500)
    client.post(ADDRESS, {"channel": "sms"})
    page = "/alerts/notifications/"
    assert 'hx-trigger="load delay:2s"' in client.get(page).content.decode()
    relay()
    assert 'hx-trigger="load delay:2s"' in client.get(page).content.decode()
    assert "Waiting · 500" in said(client)
    Delivery.objects.update(status="withdrawn")
    assert 'hx-trigger="load delay:2s"' not in client.get(page).content.decode()


def test_one_that_has_waited_for_minutes_is_not_asked_for_all_the_time(client, ana):
    client.post(ADDRESS, {"channel": "email"})
    Delivery.objects.update(created="2026-01-01T00:00:00Z")
    assert 'hx-trigger="load delay:2s"' not in client.get("/alerts/notifications/").content.decode()


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [
        ("sms", "SMS is not set up here. Ask an admin."),
        ("push", "Push is not set up here. Ask an admin."),
        ("pigeon", "Choose a channel to test."),
        ("", "Choose a channel to test."),
    ],
)
def test_a_channel_that_is_not_there_is_refused_in_words(client, ana, channel, sentence):
    answer = client.post(ADDRESS, {"channel": channel})
    assert answer.status_code == 422
    assert f"<li>{sentence}</li>" in answer.content.decode()
    # The choices stand there as they are kept, as if nothing had been sent of them.
    assert not answer.context["form"].is_bound
    assert not Delivery.objects.exists()


def test_a_channel_that_lacks_something_of_the_persons_is_refused_in_words(client, ana, twilio, firebase):
    ana.phone = ""
    ana.save()
    for channel, words in (("sms", "SMS needs your phone number."), ("push", "Push needs a device.")):
        answer = client.post(ADDRESS, {"channel": channel})
        assert answer.status_code == 422
        assert f"<li>{words}" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_it_goes_to_oneself_alone(client, ana, mail_server):
    client.post(ADDRESS, {"channel": "email", "person": person().pk})
    assert Delivery.objects.get().person == ana


def test_looking_sends_nothing(client, ana):
    assert client.get(ADDRESS, {"channel": "email"}).url == "/alerts/notifications/"
    assert not Delivery.objects.exists()
