"""What Twilio tells us: signed, or it is refused; what became of an SMS; STOP, START and ACK."""

import logging
import re

import pytest
from django.utils import timezone
from twilio.request_validator import RequestValidator

from accounts.services import set_right
from alerts.channels.sms import callback
from alerts.models import Alert, Delivery, Preferences
from alerts.services.dead_letters import retry
from tests.factories import ProductFactory, person

pytestmark = pytest.mark.django_db

PHONE = "+441632960961"


@pytest.fixture(autouse=True)
def token(settings):
    settings.TWILIO_AUTH_TOKEN = "a token"


@pytest.fixture
def knock(client):
    """Call as Twilio does, signed by Twilio's own library."""

    def call(path, **fields):
        signature = RequestValidator("a token").compute_signature(f"http://testserver{path}", fields)
        return client.post(path, fields, headers={"X-Twilio-Signature": signature})

    return call


@pytest.fixture
def text(knock):
    """Send an SMS to Holdfast; the words of the answer."""

    def send(body, phone=PHONE):
        answer = knock("/twilio/sms", From=phone, Body=body, MessageSid="SM1")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml")
        return re.fullmatch(r"<\?xml.*\?><Response><Message>(.*)</Message></Response>", answer.content.decode())[1]

    return send


@pytest.fixture
def told(see, mona):
    """Have Mona told of an incident by SMS; the delivery."""
    mona.phone = PHONE
    mona.save()

    def tell(number=1):
        for product in ProductFactory.create_batch(number):
            see("low", product=product)
        mine = Delivery.objects.leaving().filter(person=mona, channel="email")
        mine.update(channel="sms", status="sent", sent=timezone.now(), provider_id="SM9")
        return Delivery.objects.filter(person=mona, channel="sms").latest("id")

    return tell


def path_of(delivery):
    return callback(delivery).removeprefix("http://testserver")


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/status"])
def test_nobody_but_twilio_is_heard(client, path, settings, told):
    told()
    fields = {"From": PHONE, "Body": "STOP", "MessageSid": "SM9", "MessageStatus": "failed"}
    good = RequestValidator("a token").compute_signature(f"http://testserver{path}", fields)
    assert client.post(path, fields).status_code == 403
    assert client.post(path, fields, headers={"X-Twilio-Signature": "ñ"}).status_code == 403
    changed = {**fields, "Body": "STOP "}
    assert client.post(path, changed, headers={"X-Twilio-Signature": good}).status_code == 403
    assert client.post(f"{path}?a=b", fields, headers={"X-Twilio-Signature": good}).status_code == 403
    settings.TWILIO_AUTH_TOKEN = ""
    empty = RequestValidator("").compute_signature(f"http://testserver{path}", fields)
    assert client.post(path, fields, headers={"X-Twilio-Signature": empty}).status_code == 403
    assert Preferences.objects.count() == 0
    assert Delivery.objects.get(channel="sms").status == "sent"


def test_what_became_of_it_is_noted_and_a_late_report_takes_nothing_back(knock, told):
    row = told()
    for status, noted in [("sent", "sent"), ("delivered", "delivered"), ("sending", "delivered")]:
        assert knock(path_of(row), MessageSid="SM9", MessageStatus=status).status_code == 204
        row.refresh_from_db()
        assert (row.status, row.provider_status) == ("sent", noted)
    knock(path_of(row), MessageSid="SM9", MessageStatus="failed", ErrorCode="30003")
    row.refresh_from_db()
    assert (row.status, row.provider_status) == ("sent", "delivered")


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_what_was_lost_on_its_way_falls_back_to_mail(knock, told, status):
    row = told()
    knock(path_of(row), MessageSid="SM9", MessageStatus=status, ErrorCode="30003")
    row.refresh_from_db()
    assert (row.status, row.provider_status, row.error) == ("failed", status, f"Twilio: {status} 30003")
    instead = Delivery.objects.get(fallback_of=row)
    assert (instead.channel, instead.status, instead.dedupe_key) == ("email", "waiting", row.dedupe_key)
    knock(path_of(row), MessageSid="SM9", MessageStatus=status, ErrorCode="30003")
    assert Delivery.objects.filter(fallback_of=row).count() == 1


def test_one_that_twilio_took_before_its_worker_could_note_so_counts_as_sent(knock, told):
    row = told()
    Delivery.objects.filter(pk=row.pk).update(status="waiting", sent=None, provider_id="")
    knock(path_of(row), MessageSid="SM7", MessageStatus="queued")
    row.refresh_from_db()
    assert (row.status, row.provider_id, row.provider_status) == ("sent", "SM7", "queued")
    assert row.sent is not None


@pytest.mark.parametrize("query", ["?message=1.0", "?message=x", "?message=99999999999999999999.a", ""])
def test_what_is_not_ours_is_left_alone(knock, told, query):
    row = told()
    answer = knock(f"/twilio/status{query}", MessageSid="SM-other", MessageStatus="failed")
    assert answer.status_code == 204
    row.refresh_from_db()
    assert (row.status, row.provider_status) == ("sent", "")


def test_stop_ends_sms_for_everybody_with_this_number_and_start_begins_them_again(text, told, mona):
    told()
    twin, other = person(phone=PHONE), person(phone="+441632960962")
    assert text(" stop. ") == "Holdfast sends no more SMS to this number. Reply START to get them again."
    stopped = Preferences.objects.exclude(sms_stopped=None).values_list("person", flat=True)
    assert sorted(stopped) == sorted([mona.pk, twin.pk])
    assert other.pk not in stopped
    assert text("START") == "Holdfast sends SMS to this number again."
    assert Preferences.objects.exclude(sms_stopped=None).count() == 0


def test_ack_acknowledges_what_was_told_last_and_says_so(text, told, mona):
    told(2)
    first, last = Alert.objects.order_by("id")
    assert text("Ack") == f"Acknowledged: {last.headline}"
    last.refresh_from_db()
    assert (last.status, last.acknowledged_by) == ("acknowledged", mona)
    # Sent twice, or delivered twice by Twilio, it takes no other alert.
    assert text("ACK") == f"Acknowledged: {last.headline}"
    first.refresh_from_db()
    assert first.status == "open"


def test_ack_is_about_no_other_alert_where_the_last_is_over(text, told):
    told(2)
    first, last = Alert.objects.order_by("id")
    Alert.objects.filter(pk=last.pk).update(status="resolved", standing=False, resolved=timezone.now())
    assert text("ACK") == "This alert has resolved itself; there is nothing left to acknowledge."
    first.refresh_from_db()
    assert first.status == "open"


def test_ack_by_who_may_only_look_any_more_acknowledges_nothing(text, told, mona, north):
    told()
    set_right(person=mona, warehouse=north, right="view")
    assert text("ACK") == "You may look at the alerts of this warehouse, but not acknowledge them."
    assert Alert.objects.get().status == "open"


def test_ack_from_another_number_finds_nothing(text, told):
    told()
    assert text("ACK", phone="+441632960962") == "There is no alert left to acknowledge."
    assert text("ACK", phone="") == "There is no alert left to acknowledge."


def test_anything_else_is_told_what_can_be_said(text, told):
    told()
    assert text("<b>what?") == "Holdfast understands ACK, STOP and START."


def test_no_number_stands_in_the_log(text, told, caplog):
    told()
    with caplog.at_level(logging.DEBUG):
        for word in ("STOP", "START", "ACK"):
            text(word)
    assert "441632960961" not in caplog.text


@pytest.mark.parametrize("late", ["undelivered", "delivered"])
def test_a_late_report_of_what_failed_says_nothing_of_what_is_tried_again(knock, told, late):
    lost = told()
    path = path_of(lost)
    knock(path, MessageSid="SM9", MessageStatus="undelivered")
    retry(delivery=lost, by=person("admin"))
    knock(path, MessageSid="SM9", MessageStatus=late)
    lost.refresh_from_db()
    assert (lost.status, lost.provider_status) == ("waiting", "")
    knock(path, MessageSid="SM10", MessageStatus="delivered")
    lost.refresh_from_db()
    assert (lost.status, lost.provider_id, lost.provider_status) == ("sent", "SM10", "delivered")
