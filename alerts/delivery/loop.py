"""The loop that sends: the channels side by side, each with a thread and a connection of its own."""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from django.db import connections, transaction
from django.db.models import F
from django.db.models.functions import Now

from alerts.channels import CHANNELS, Provider
from alerts.delivery import outcomes
from alerts.delivery.asking import Recipients, quiet_until, stopped
from alerts.delivery.digests import gather
from alerts.errors import ChannelDown, Deferred, NothingToTell, Refused
from alerts.models import Channel, Delivery
from inventory_site.web.nudge import nudge

logger = logging.getLogger(__name__)

BATCH = 50
# A claim holds for the lease. A batch stops early enough that its slowest message, with a time-out of 10 s at each of
# some eight steps, still ends within it; or two workers would send the same.
LEASE = timedelta(seconds=120)
BATCH_SECONDS = 30
RUN_SECONDS = 60
# How often a run looks whether another channel has something to send meanwhile.
LOOK_SECONDS = 0.25


@dataclass
class Run:
    """What one run of a channel took from the outbox, and how much of it was sent."""

    taken: int = 0
    sent: int = 0


def relay() -> int:
    """Send what is due, the channels side by side, for at most about a minute; return how many messages were sent.

    A provider that is away or slow holds up its own channel alone: what comes up in another meanwhile, a fallback too,
    leaves at once. Any number may run at once. A worker that dies in the middle loses nothing: what it had claimed is
    due again after the lease, and what it had handed over unnoticed goes out again with the same id.
    """
    gather()
    sent, until = 0, time.monotonic() + RUN_SECONDS
    running: dict[Channel, Future[Run]] = {}
    # Where there was nothing to take, another worker is at it.
    elsewhere: set[Channel] = set()
    with ThreadPoolExecutor(max_workers=len(CHANNELS), thread_name_prefix="relay") as threads:
        while True:
            if time.monotonic() < until:
                for channel in CHANNELS.keys() - running.keys() - elsewhere:
                    if Delivery.objects.due(channel).exists() and not outcomes.is_shut(channel):
                        running[channel] = threads.submit(_run, channel, until)
            if not running:
                return sent
            wait(running.values(), timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for channel in [each for each, run in running.items() if run.done()]:
                run = running.pop(channel).result()
                sent += run.sent
                if not run.taken:
                    elsewhere.add(channel)


def _run(channel: Channel, until: float) -> Run:
    """Send what is due in one channel, batch by batch. A channel that breaks leaves the others alone."""
    run = Run()
    try:
        with closing(CHANNELS[channel]()) as provider:
            while time.monotonic() < until and (claimed := _claim(channel)):
                if not run.taken and len(claimed) == BATCH:
                    # There is more than one worker can send soon: call another.
                    nudge("alerts.tasks.relay")
                run.taken += len(claimed)
                try:
                    run.sent += _send(provider, claimed)
                except ChannelDown as error:
                    outcomes.stand_down(channel, claimed, error)
                    break
    except Exception:
        logger.exception("%s broke", channel.label)
    finally:
        connections.close_all()
    return run


@transaction.atomic(durable=True)
def _claim(channel: Channel) -> list[Delivery]:
    """Take what is due and nobody else has, and keep it from others for the time of the lease."""
    due = Delivery.objects.due(channel).select_for_update(skip_locked=True, no_key=True, of=("self",))
    claimed = list(due.select_related("alert")[:BATCH])
    if claimed:
        rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed])
        rows.update(attempts=F("attempts") + 1, next_attempt=Now() + LEASE, provider_status="")
    for delivery in claimed:
        delivery.attempts += 1
    return claimed


def _send(provider: Provider, claimed: list[Delivery]) -> int:
    """Send a batch, taking from the list what is done; return how many were sent. Raises ChannelDown."""
    sent, until, people = 0, time.monotonic() + BATCH_SECONDS, Recipients(claimed)
    while claimed and time.monotonic() < until:
        sent += _send_one(provider, claimed[0], people)
        claimed.pop(0)
    outcomes.give_back(claimed, timedelta(0))
    return sent


def _send_one(provider: Provider, delivery: Delivery, people: Recipients) -> bool:
    """Send one message and note how it went; return whether it was sent. Raises ChannelDown."""
    if why_not := people.meet(delivery):
        outcomes.withdraw(delivery, why_not)
        return False
    if quiet := quiet_until(delivery):
        outcomes.wait_until(delivery, quiet)
        return False
    try:
        if stopped(delivery):
            raise Refused("The person has answered STOP.")
        provider_id = provider.send(delivery)
    except ChannelDown:
        raise
    except NothingToTell as error:
        outcomes.withdraw(delivery, str(error))
    except Refused as error:
        outcomes.fail(delivery, str(error))
    except Exception as error:
        # One message that cannot even be written must not hold up those behind it.
        if not isinstance(error, Deferred):
            logger.exception("Delivery %s broke", delivery.pk)
        outcomes.put_off(delivery, str(error))
    else:
        outcomes.sent(delivery, provider_id)
        return True
    return False
