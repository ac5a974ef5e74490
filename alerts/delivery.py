"""Brings to people's doors what waits in the outbox."""

import logging
import random
import time
from contextlib import closing
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from alerts.channels.email import EmailChannel
from alerts.errors import ChannelDown, Deferred, Refused
from alerts.models import Channel, Delivery
from alerts.queries.recipients import may_be_told

logger = logging.getLogger(__name__)

CHANNELS = {Channel.EMAIL: EmailChannel}

BATCH = 50
# A claim holds for the lease. A batch stops early enough that its slowest message, with a time-out of 10 s at each of
# some eight steps, still ends within it; or two workers would send the same.
LEASE = timedelta(seconds=120)
BATCH_SECONDS = 30
RUN_SECONDS = 60
# While a provider is away one message is tried at this distance.
PROBE = timedelta(seconds=15)
# Pauses of 30 s, 1 min, 2 min ... 1 h, 1 h: thirty attempts take a day.
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 30


def relay() -> int:
    """Send what is due, channel by channel, for at most about a minute; return how many messages were sent.

    Any number may run at once. A worker that dies in the middle loses nothing: what it had claimed is due again after
    the lease, and what it had handed over unnoticed goes out again with the same message id.
    """
    return sum(_relay(channel) for channel in CHANNELS)


def _relay(channel: Channel) -> int:
    sent, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until and (claimed := _claim(channel)):
        try:
            sent += _send(channel, claimed)
        except ChannelDown as error:
            logger.warning("%s is away: %s", channel.label, error)
            _stand_down(channel, claimed, error)
            break
    return sent


@transaction.atomic(durable=True)
def _claim(channel: Channel) -> list[Delivery]:
    """Take what is due and nobody else has, and keep it from others for the time of the lease."""
    due = Delivery.objects.due(channel).select_for_update(skip_locked=True, no_key=True, of=("self",))
    claimed = list(due.select_related("person", "alert")[:BATCH])
    if claimed:
        rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed])
        rows.update(attempts=F("attempts") + 1, next_attempt=Now() + LEASE)
    for delivery in claimed:
        delivery.attempts += 1
    return claimed


def _send(channel: Channel, claimed: list[Delivery]) -> int:
    """Send a batch, taking from the list what is done; return how many were sent. Raises ChannelDown."""
    sent, until = 0, time.monotonic() + BATCH_SECONDS
    with closing(CHANNELS[channel]()) as provider:
        while claimed and time.monotonic() < until:
            sent += _send_one(provider, claimed[0])
            claimed.pop(0)
    _give_back(claimed, timedelta(0))
    return sent


def _send_one(provider: EmailChannel, delivery: Delivery) -> bool:
    """Send one message and note how it went; return whether it was sent. Raises ChannelDown."""
    if why_not := _withdrawn(delivery):
        _note(delivery, status=Delivery.Status.WITHDRAWN, error=why_not)
        return False
    try:
        provider_id = provider.send(delivery)
    except ChannelDown:
        raise
    except Refused as error:
        _note(delivery, status=Delivery.Status.FAILED, error=str(error)[:500])
        return False
    except Exception as error:
        # One message that cannot even be written must not hold up those behind it.
        if not isinstance(error, Deferred):
            logger.exception("Delivery %s broke", delivery.pk)
        _put_off(delivery, error)
        return False
    _note(delivery, status=Delivery.Status.SENT, sent=Now(), provider_id=provider_id, error="")
    return True


def _withdrawn(delivery: Delivery) -> str:
    """Say why this person is not to be told any more; "" where they still are. Asked at the moment of sending."""
    person, alert = delivery.person, delivery.alert
    if not person.is_active:
        return "The person is no longer active."
    if alert and not may_be_told(person, alert.warehouse_id):
        return "The person may no longer see the warehouse."
    return ""


def _put_off(delivery: Delivery, error: Exception) -> None:
    reason = str(error)[:500]
    if delivery.attempts >= MOST_ATTEMPTS:
        _note(delivery, status=Delivery.Status.FAILED, error=reason)
    else:
        _note(delivery, next_attempt=Now() + pause(delivery.attempts), error=reason)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, with jitter of a quarter either way."""
    doublings: int = min(attempts - 1, 10)
    spread = random.uniform(0.75, 1.25)  # nosec B311 # it guards nothing
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE) * spread


def _stand_down(channel: Channel, claimed: list[Delivery], error: ChannelDown) -> None:
    """Put off everything of this channel until the next probe; none of it is the worse for it."""
    _note(claimed[0], error=str(error)[:500])
    _give_back(claimed, PROBE)
    with transaction.atomic():
        due = Delivery.objects.due(channel).select_for_update(skip_locked=True, no_key=True)
        ids = list(due.values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=ids).update(next_attempt=Now() + PROBE)


def _give_back(claimed: list[Delivery], after: timedelta) -> None:
    if claimed:
        rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed], status=Delivery.Status.WAITING)
        rows.update(attempts=F("attempts") - 1, next_attempt=Now() + after)


def _note(delivery: Delivery, **fields: object) -> None:
    Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.WAITING).update(**fields)
