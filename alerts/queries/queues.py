"""What waits in the outbox for too long."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import ngettext

from alerts.models import Channel
from alerts.models.wording import message

# So long may a delivery be due before its queue is stuck.
PATIENCE = timedelta(minutes=10)

# By the index of what waits. What stands in the app is there by being written.
WAITING = """
SELECT channel, count(*), min(next_attempt) FROM alerts_delivery
 WHERE status = 'waiting' AND channel <> 'app' AND next_attempt <= %s
 GROUP BY channel
"""


def stuck_queues(*, at: datetime) -> dict[Channel, dict[str, str]]:
    """Return the facts of each stuck channel: its name, how many deliveries are due, and for how long the first is."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [at])
        rows = cursor.fetchall()
    return {
        Channel(channel): {"channel": str(Channel(channel).label), "waiting": str(waiting), "since": _minutes(at - due)}
        for channel, waiting, due in rows
        if at - due > PATIENCE
    }


def stuck_words(*, at: datetime) -> list[str]:
    """Say of each stuck channel what waits. Read by the page itself: where no worker runs, nobody opens an incident."""
    return [message("queue", facts) for facts in stuck_queues(at=at).values()]


def _minutes(waited: timedelta) -> str:
    minutes = int(waited.total_seconds() // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
