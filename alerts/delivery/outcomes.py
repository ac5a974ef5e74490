"""What becomes of a delivery once its provider, or the lack of one, has had its say. One UPDATE a message."""

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from alerts.errors import ChannelDown
from alerts.models import Channel, Delivery

logger = logging.getLogger(__name__)

# While a provider is away one message is tried at this distance.
PROBE = timedelta(seconds=15)
# Pauses of 30 s, 1 min, 2 min ... 1 h, 1 h: thirty attempts take a day.
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 30
# What the rows of a channel say whose provider has named a time before which it wants no more.
BUSY = "busy"
# What is told through another channel when one has failed for good.
FALLBACK = {Channel.PUSH: Channel.SMS, Channel.SMS: Channel.EMAIL}


def note(delivery: Delivery, **fields: object) -> bool:
    """Write down what has become of a delivery that still waits; return whether it did."""
    return bool(Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.WAITING).update(**fields))


def sent(delivery: Delivery, provider_id: str) -> None:
    note(delivery, status=Delivery.Status.SENT, sent=Now(), provider_id=provider_id, error="")


def withdraw(delivery: Delivery, why: str) -> None:
    note(delivery, status=Delivery.Status.WITHDRAWN, error=why)


def wait_until(delivery: Delivery, moment: datetime) -> None:
    """Let it wait until the quiet hours are over, as if it had not been tried."""
    note(delivery, attempts=F("attempts") - 1, next_attempt=moment)


def fail(delivery: Delivery, why: str, *, was: Delivery.Status = Delivery.Status.WAITING, **fields: object) -> bool:
    """End a delivery of this status for good, and queue it in the channel that its own falls back to.

    Return whether it was of that status. What the person gets there anyway is not doubled: the key is the same. What
    waits there for a digest leaves at once, for this was to be told at once.
    """
    with transaction.atomic():
        rows = Delivery.objects.filter(pk=delivery.pk, status=was)
        if not rows.update(status=Delivery.Status.FAILED, error=why[:500], **fields):
            return False
        channel = FALLBACK.get(Channel(delivery.channel))
        if channel and delivery.purpose != Delivery.Purpose.TEST:
            instead = Delivery(
                purpose=delivery.purpose,
                alert_id=delivery.alert_id,
                dedupe_key=delivery.dedupe_key,
                person_id=delivery.person_id,
                channel=channel,
                facts=delivery.facts,
                fallback_of=delivery,
            )
            Delivery.objects.bulk_create([instead], ignore_conflicts=True)
            there = {"dedupe_key": delivery.dedupe_key, "person_id": delivery.person_id, "channel": channel}
            waits = Delivery.objects.filter(**there, status=Delivery.Status.DIGEST)
            waits.update(status=Delivery.Status.WAITING, next_attempt=Now(), fallback_of=delivery)
    return True


def put_off(delivery: Delivery, why: str) -> None:
    """Try it again after a pause; after a day of attempts it has failed."""
    if delivery.attempts >= MOST_ATTEMPTS:
        fail(delivery, why)
    else:
        note(delivery, next_attempt=Now() + pause(delivery.attempts), error=why[:500])


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, with jitter of a quarter either way."""
    doublings: int = min(attempts - 1, 10)
    spread = random.uniform(0.75, 1.25)  # nosec B311 # it guards nothing
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE) * spread


def stand_down(channel: Channel, claimed: Sequence[Delivery], error: ChannelDown) -> None:
    """Put off everything of this channel until the next probe; none of it is the worse for it.

    Where the provider has said when it takes more, nothing of the channel leaves earlier (`is_shut`).
    """
    after, status = error.after or PROBE, BUSY if error.after else ""
    logger.warning("%s is away: %s", channel.label, error)
    note(claimed[0], error=str(error)[:500])
    give_back(claimed, after, status)
    with transaction.atomic():
        due = Delivery.objects.due(channel).select_for_update(skip_locked=True, no_key=True)
        ids = list(due.values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=ids).update(next_attempt=Now() + after)


def is_shut(channel: Channel) -> bool:
    """Say whether the provider of this channel has named a time that is still to come."""
    waiting = Delivery.objects.filter(channel=channel, status=Delivery.Status.WAITING, next_attempt__gt=Now())
    return waiting.filter(provider_status=BUSY).exists()


def give_back(claimed: Sequence[Delivery], after: timedelta, status: str = "") -> None:
    """Let what was claimed and not tried wait for so long."""
    if claimed:
        rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed], status=Delivery.Status.WAITING)
        rows.update(attempts=F("attempts") - 1, next_attempt=Now() + after, provider_status=status)
