"""Who has lost the right between the event and the message is told nothing, whichever way the message goes."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.services import set_right, set_role, suspend
from alerts.delivery import digests, outcomes, relay
from alerts.models import Alert, Delivery, Subscription
from alerts.queries import needs_attention, unread
from alerts.services import Finding, hand_on, observe, snooze, wake
from tests.alerts.conftest import MONDAY
from tests.factories import person

# The relay sends from threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)
CHANNELS = ("email", "sms", "push")


@pytest.fixture
def reached(mona, add_device, twilio, firebase):
    """Mona with a phone and a browser, and the doors through which she is reached."""
    mona.phone = "+441632960961"
    mona.save()
    add_device(mona)
    return lambda: len(mail.outbox) + len(twilio.ids) + len(firebase.ids)


LOSES = {
    "their right is taken": lambda mona, north, south: set_right(person=mona, warehouse=north, right=None),
    "they have one elsewhere": lambda mona, north, south: (
        set_right(person=mona, warehouse=north, right=None),
        set_right(person=mona, warehouse=south, right="manage"),
    ),
    "they are suspended": lambda mona, north, south: suspend(person=mona, by=person("admin")),
}


def outbox(**about):
    return list(Delivery.objects.leaving().filter(**about).order_by("id").values_list("channel", "status"))


@pytest.mark.parametrize("how", LOSES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_by_any_channel(channel, how, reached, mona, north, south, queue_for):
    queue_for(mona, channel)
    LOSES[how](mona, north, south)
    assert relay() == 0
    assert outbox(person=mona) == [(channel, "withdrawn")]
    assert reached() == 0


@pytest.mark.parametrize("channel", CHANNELS)
def test_whose_right_is_only_lower_is_told(channel, reached, mona, north, queue_for):
    queue_for(mona, channel)
    set_right(person=mona, warehouse=north, right="view")
    assert relay() == 1
    assert reached() == 1


@pytest.mark.parametrize("how", LOSES)
@pytest.mark.parametrize(("channel", "instead"), [("push", "sms"), ("sms", "email")])
def test_by_the_channel_that_it_fell_back_to(channel, instead, how, reached, mona, north, south, queue_for):
    [row] = queue_for(mona, channel)
    assert outcomes.fail(row, "No such number.")
    assert outbox(person=mona) == [(channel, "failed"), (instead, "waiting")]
    LOSES[how](mona, north, south)
    assert relay() == 0
    assert outbox(person=mona) == [(channel, "failed"), (instead, "withdrawn")]
    assert reached() == 0


@pytest.mark.parametrize("how", LOSES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_by_a_digest_before_it_is_made_and_after(channel, how, reached, mona, north, south, see):
    Subscription.objects.create(person=mona, kind="low", channel=channel, mode="digest")
    if channel != "email":
        Subscription.objects.create(person=mona, kind="low", channel="email", mode="never")
    see("low")
    Delivery.objects.filter(status="digest").update(next_attempt=Now() - timedelta(seconds=1))
    digests.gather()
    assert outbox(purpose="digest") == [(channel, "waiting")]
    LOSES[how](mona, north, south)
    assert relay() == 0
    assert outbox(purpose="digest") == [(channel, "withdrawn")]
    assert reached() == 0


@pytest.mark.parametrize("how", LOSES)
def test_in_the_app(how, mona, north, south, see):
    see("low")
    assert (unread(mona), len(needs_attention(mona))) == (1, 1)
    LOSES[how](mona, north, south)
    again = User.objects.get(pk=mona.pk)
    assert (unread(again), needs_attention(again)) == (0, [])


def test_of_the_system_who_is_no_admin_any_more(mail_server):
    ada = person("admin", email="ada@example.com")
    finding = Finding(cause=Alert.Cause.SYSTEM, type=Alert.Type.LEDGER, subject="books", facts={"differences": "1"})
    with transaction.atomic():
        observe([finding], now=MONDAY)
    set_role(person=ada, role="manager")
    assert relay() == 0
    assert outbox(person=ada) == [("email", "withdrawn")]
    assert mail_server.received == []


def test_what_all_its_people_lost_is_handed_on_once_to_whom_it_concerns_now(see, mona, north):
    ada = person("admin", name="Ada")
    alert = see("low")
    set_right(person=mona, warehouse=north, right=None)
    assert (relay(), hand_on(at=timezone.now())) == (0, 1)
    assert (outbox(person=mona), outbox(person=ada)) == ([("email", "withdrawn")], [("email", "waiting")])
    assert (relay(), hand_on(at=timezone.now())) == (1, 0)
    assert "may no longer see it, so it goes to you." in mail.outbox[0].body
    assert list(alert.events.values_list("kind", flat=True)) == ["opened", "told", "told"]


def test_what_somebody_else_was_told_is_not_handed_on(see, mona, north):
    person("manager", {north: "manage"}, name="Otto")
    see("low")
    set_right(person=mona, warehouse=north, right=None)
    assert (relay(), hand_on(at=timezone.now())) == (1, 0)


def test_what_is_over_is_not_handed_on(see, mona, north):
    person("admin")
    see("low")
    set_right(person=mona, warehouse=north, right=None)
    relay()
    see(None)
    assert hand_on(at=timezone.now()) == 0


def test_where_nobody_is_left_to_be_told_it_waits_for_somebody(see, mona, north):
    see("low")
    set_right(person=mona, warehouse=north, right=None)
    assert (relay(), hand_on(at=timezone.now())) == (0, 0)
    otto = person("manager", {north: "manage"}, name="Otto")
    assert hand_on(at=timezone.now()) == 1
    assert outbox(person=otto) == [("email", "waiting")]


def test_a_rest_that_ends_when_nobody_of_it_is_left_is_told_to_whom_it_concerns_now(see, mona, north):
    otto = person("manager", {north: "manage"}, name="Otto")
    alert = see("low")
    snooze(alert=alert, by=mona, until=MONDAY + timedelta(hours=1), at=MONDAY)
    relay()
    set_right(person=mona, warehouse=north, right=None)
    assert wake(at=MONDAY + timedelta(hours=2)) == 1
    assert outbox(person=otto) == [("email", "sent"), ("email", "waiting")]
