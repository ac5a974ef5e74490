"""What admins must know of the installation itself: each thing one incident, and its end."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import ngettext

from alerts.models import Alert, Channel
from alerts.services.observing import Finding, observe

# So long may a delivery be due before its queue is stuck.
PATIENCE = timedelta(minutes=10)

# By the index of what waits. What stands in the app is there by being written.
WAITING = """
SELECT channel, count(*), min(next_attempt) FROM alerts_delivery
 WHERE status = 'waiting' AND channel <> 'app' AND next_attempt <= %s
 GROUP BY channel
"""


def report_ledger(*, differences: int, at: datetime) -> None:
    """Say how many differences the check of the ledger has found."""
    observe([_finding(Alert.Type.LEDGER, "ledger", {"differences": str(differences)} if differences else None)], now=at)


def report_backup(*, at: datetime, reason: str = "") -> None:
    """Say that a backup has failed for this reason, or (without one) that one has succeeded."""
    observe([_finding(Alert.Type.BACKUP, "backup", {"reason": reason} if reason else None)], now=at)


def report_drill(*, at: datetime, reason: str = "") -> None:
    """Say that a trial of restoring a backup has failed for this reason, or (without one) that one has succeeded."""
    observe([_finding(Alert.Type.DRILL, "drill", {"reason": reason} if reason else None)], now=at)


def check_queues(*, at: datetime) -> None:
    """Tell of every channel whose deliveries have been due for more than ten minutes, and of those that go again.

    Due is what a worker could send now. What waits for a quiet hour's end or for its next try is not; nor is what a
    provider that is away has put off.
    """
    stuck = stuck_queues(at=at)
    channels = [channel for channel in Channel if channel != Channel.APP]
    observe([_finding(Alert.Type.QUEUE, f"queue:{each.value}", stuck.get(each)) for each in channels], now=at)


def stuck_queues(*, at: datetime) -> Mapping[Channel, dict[str, str]]:
    """Return the facts of each stuck channel: its name, how many deliveries are due, and for how long the first is."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [at])
        rows = cursor.fetchall()
    return {
        Channel(channel): {"channel": str(Channel(channel).label), "waiting": str(waiting), "since": _minutes(at - due)}
        for channel, waiting, due in rows
        if at - due > PATIENCE
    }


def _minutes(waited: timedelta) -> str:
    minutes = int(waited.total_seconds() // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _finding(kind: Alert.Type, subject: str, facts: dict[str, str] | None) -> Finding:
    """Return that something is wrong, with these facts, or without any that it is not."""
    return Finding(cause=Alert.Cause.SYSTEM, type=kind if facts else None, subject=subject, facts=facts or {})
