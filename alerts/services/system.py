"""What admins must know of the installation itself: each thing one incident, and its end."""

from datetime import datetime

from alerts.models import Alert, Channel
from alerts.queries.queues import stuck_queues
from alerts.services.observing import Finding, observe


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


def _finding(kind: Alert.Type, subject: str, facts: dict[str, str] | None) -> Finding:
    """Return that something is wrong, with these facts, or without any that it is not."""
    return Finding(cause=Alert.Cause.SYSTEM, type=kind if facts else None, subject=subject, facts=facts or {})
