"""The SMS: its text, its length, its fields; and no web process ever imports the client."""

import os
import subprocess
import sys

import pytest
from django.utils import timezone

from alerts.channels.identity import message_key
from alerts.channels.sms import length, plain, shorten, write_sms
from alerts.delivery import relay
from alerts.models import Delivery, Preferences

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(mona):
    mona.phone = "+441632960961"
    mona.save()
    return mona


def test_it_says_what_has_happened_and_how_to_answer(twilio, phone, queue_for):
    [row] = queue_for(phone, "sms")
    assert relay() == 1
    [sent] = twilio.received
    alert = row.alert
    assert sent["Body"] == (
        f"{row.headline} http://testserver/alerts/{alert.pk}/ Reply ACK to acknowledge, STOP to end."
    )
    assert (sent["To"], sent["From"]) == ("+441632960961", "+15005550006")
    assert sent["path"] == f"/2010-04-01/Accounts/AC{'1' * 32}/Messages.json"
    assert sent["StatusCallback"] == f"http://testserver/twilio/status?message={row.pk}.{message_key(row)}"


def test_a_messaging_service_is_named_as_such(twilio, phone, queue_for, settings):
    settings.TWILIO_FROM = "MG" + "2" * 32
    queue_for(phone, "sms")
    relay()
    assert twilio.received[0]["MessagingServiceSid"] == "MG" + "2" * 32
    assert "From" not in twilio.received[0]


def test_it_fits_into_one_sms_however_long_the_names_are(phone, see, bolt, north):
    see("low", sku="SKU—“Ærø”—ŽLUŤOUČKÝ-" + "X" * 200)
    row = Delivery.objects.leaving().get()
    text = write_sms(row)
    assert length(text) == 160
    assert 'Low: SKU-"Ærø"-ZLUTOUCKY-XXX' in text
    assert text.endswith(f"... http://testserver/alerts/{row.alert_id}/ Reply ACK to acknowledge, STOP to end.")


def test_characters_that_take_two_places_count_twice():
    assert length("[a]€") == 7
    assert shorten("[" * 10, 11) == "[[[[..."


def test_words_that_no_sms_alphabet_has_stay_as_they_are():
    assert plain("ねじ\r\n M8 → 5\u202e") == "ねじ M8 > 5"


def test_who_has_no_number_is_told_by_mail(twilio, mona, queue_for, mail_server):
    queue_for(mona, "sms")
    assert relay() == 1
    assert Delivery.objects.get(channel="sms").error == "The person has no phone number."
    assert (twilio.received, mail_server.recipients) == ([], ["mona@example.com"])


def test_who_has_answered_stop_since_is_told_by_mail(twilio, phone, queue_for, mail_server):
    queue_for(phone, "sms")
    Preferences.objects.create(person=phone, sms_stopped=timezone.now())
    assert relay() == 1
    assert Delivery.objects.get(channel="sms").error == "The person has answered STOP."
    assert (twilio.received, mail_server.recipients) == ([], ["mona@example.com"])


def test_a_test_has_no_incident_and_does_not_fall_back(twilio, mona, mail_server):
    test = Delivery.objects.create(
        purpose="test", dedupe_key="test:1", person=mona, channel="sms", facts={"type": "test"}
    )
    assert write_sms(test) == "This is a test http://testserver/alerts/ Reply STOP to end."
    assert relay() == 0
    assert list(Delivery.objects.values_list("channel", "status")) == [("sms", "failed")]


def test_no_web_process_imports_the_clients():
    lines = [
        "import sys, django",
        "import inventory_site.wsgi, inventory_site.urls, alerts.tasks",
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'twilio', 'firebase_admin'}))",
    ]
    values = {**os.environ, "DJANGO_SETTINGS_MODULE": "inventory_site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], env=values, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
