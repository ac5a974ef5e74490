"""Whatever Twilio or Firebase answers: the message is sent, put off or ended with a reason, and nobody else waits."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from alerts.channels import push, sms
from alerts.delivery import outcomes, relay
from alerts.models import Delivery
from tests.alerts.doubles import BROKEN, BUSY, DROPPED, EMPTY, GARBAGE, GOOD, LATE, Answer
from tests.factories import person

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["sms", "push"])
def channel(request):
    return request.param


@pytest.fixture
def door(channel, request):
    return request.getfixturevalue({"sms": "twilio", "push": "firebase"}[channel])


@pytest.fixture
def queue(mona, channel, add_device, queue_for):
    mona.phone = "+441632960961"
    mona.save()
    add_device(mona)
    return lambda number=1: queue_for(mona, channel, number)


def rows(channel):
    found = Delivery.objects.filter(channel=channel).order_by("id")
    return list(found.values_list("status", "attempts"))


def test_what_is_due_is_sent_and_noted(door, queue, channel):
    queue(3)
    assert relay() == 3
    assert rows(channel) == [("sent", 1)] * 3
    assert len(set(door.ids)) == 3
    ids = list(Delivery.objects.filter(channel=channel).values_list("provider_id", flat=True))
    assert len(set(ids)) == 3
    assert "" not in ids


@pytest.mark.parametrize("answer", [BROKEN, GARBAGE, EMPTY, DROPPED, Answer(408)], ids=repr)
def test_what_the_provider_fumbles_is_put_off_and_goes_out_later_with_the_same_id(
    door, queue, channel, make_due, answer
):
    door.answers = [answer]
    queue()
    assert relay() == 0
    row = Delivery.objects.get(channel=channel)
    assert (row.status, row.attempts, bool(row.error)) == ("waiting", 1, True)
    assert timedelta(seconds=20) < row.next_attempt - timezone.now() < timedelta(seconds=38)
    make_due()
    assert relay() == 1
    assert len(door.ids) == 2
    assert len(set(door.ids)) == 1


def test_an_answer_that_comes_too_late_is_put_off(door, queue, channel, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT", 0.5)
    monkeypatch.setattr(push, "TIMEOUT", 0.5)
    door.answers = [LATE]
    queue()
    started = time.monotonic()
    assert relay() == 0
    assert time.monotonic() - started < 2
    assert rows(channel) == [("waiting", 1)]
    assert len(door.received) == 1


def test_every_call_may_take_ten_seconds(door):
    assert (sms.TIMEOUT, push.TIMEOUT) == (10, 10)


def test_a_provider_that_is_busy_is_left_alone_for_as_long_as_it_says(door, queue, channel, make_due):
    door.answers = [BUSY]
    queue(3)
    assert relay() == 0
    assert len(door.received) == 1
    assert rows(channel) == [("waiting", 0)] * 3
    for row in Delivery.objects.filter(channel=channel):
        assert timedelta(seconds=80) < row.next_attempt - timezone.now() <= timedelta(seconds=90)
    queue()
    assert relay() == 0
    assert len(door.received) == 1
    make_due()
    assert relay() == 4


def test_a_provider_that_is_away_costs_one_probe_and_no_attempt(door, queue, channel, make_due):
    door.stop()
    queue(3)
    assert relay() == 0
    assert rows(channel) == [("waiting", 0)] * 3
    for row in Delivery.objects.filter(channel=channel):
        assert timedelta(seconds=5) < row.next_attempt - timezone.now() <= outcomes.PROBE
    door.start()
    make_due()
    assert relay() == 3


def test_a_refusal_ends_it_with_the_reason_and_it_leaves_by_the_next_channel(door, queue, channel, mail_server, twilio):
    if channel == "push":
        twilio.always = Answer(400, '{"code": 21211, "message": "Invalid To: +441632960961"}')
    door.always = Answer(400, '{"code": 21211, "message": "Invalid To: +441632960961"}')
    queue()
    assert relay() == 1
    assert [envelope.rcpt_tos for envelope in mail_server.received] == [["mona@example.com"]]
    told = Delivery.objects.leaving().order_by("id")
    chain = ["push", "sms", "email"] if channel == "push" else ["sms", "email"]
    assert [(row.channel, row.status) for row in told] == [
        (each, "sent" if each == "email" else "failed") for each in chain
    ]
    assert [row.fallback_of_id for row in told] == [None, *[row.pk for row in told][:-1]]
    assert len({row.dedupe_key for row in told}) == 1
    assert told[0].error.startswith("400")
    assert "441632960961" not in "".join(row.error for row in told)


def test_what_the_person_gets_by_mail_anyway_is_not_doubled(door, queue, channel, mail_server, twilio):
    queue()
    [row] = Delivery.objects.filter(channel=channel)
    values = {"alert": row.alert, "dedupe_key": row.dedupe_key, "person": row.person, "facts": row.facts}
    Delivery.objects.create(channel="email", **values)
    twilio.always = door.always = Answer(400)
    assert relay() == 1
    assert len(mail_server.received) == 1


def test_what_was_to_be_told_at_once_takes_along_what_waited_for_the_digest(door, queue, channel, mail_server, twilio):
    queue()
    [row] = Delivery.objects.filter(channel=channel)
    values = {"alert": row.alert, "dedupe_key": row.dedupe_key, "person": row.person, "facts": row.facts}
    later = timezone.now() + timedelta(hours=5)
    Delivery.objects.create(channel="email", status="digest", next_attempt=later, **values)
    twilio.always = door.always = Answer(400)
    assert relay() == 1
    assert len(mail_server.received) == 1
    assert Delivery.objects.get(channel="email").status == "sent"


def test_a_day_of_failures_falls_back(door, queue, channel, mail_server, twilio):
    twilio.always = door.always = BROKEN
    queue()
    Delivery.objects.filter(channel=channel).update(attempts=outcomes.MOST_ATTEMPTS - 1)
    relay()
    assert rows(channel) == [("failed", outcomes.MOST_ATTEMPTS)]
    assert Delivery.objects.filter(fallback_of__channel=channel).count() == 1


def test_a_channel_that_is_not_set_up_falls_back(settings, queue, channel, mail_server):
    settings.TWILIO_ACCOUNT_SID = settings.FIREBASE_ACCOUNT = ""
    queue()
    assert relay() == 1
    assert "is not set up" in Delivery.objects.get(channel=channel).error
    assert mail_server.recipients == ["mona@example.com"]


def test_a_provider_that_is_slow_holds_up_nobody_else(door, queue, channel, mail_server, north, see):
    person("manager", {north: "manage"}, email="max@example.com")
    queue()
    done = []

    def slow(_message):
        deadline = time.monotonic() + 8
        while not mail_server.received and time.monotonic() < deadline:
            time.sleep(0.02)
        done.append(len(mail_server.received))
        return GOOD

    door.answers = [slow]
    assert relay() == 2
    assert done == [1]
