"""Entries for the workers."""

from celery import shared_task
from django.utils import timezone

from stock.services.nightly import verify_books
from stock.services.sweep import judge_days, judge_levels


@shared_task(name="stock.tasks.judge_levels")
def judge(**_kwargs: object) -> None:
    """Bring alerts in line with levels and thresholds."""
    judge_levels()


@shared_task(name="stock.tasks.judge_days")
def judge_by_day(**_kwargs: object) -> None:
    """Bring alerts in line with lots that expire, transfers that are late, and counts."""
    judge_days(at=timezone.now())


# It reads the whole ledger, so it may take hours where that is large. Its message is taken off the queue at the start,
# or the broker would hand it out again after `visibility_timeout`; a check that dies with its worker waits for a night.
HOURS = 3600


@shared_task(name="stock.tasks.verify_books", acks_late=False, soft_time_limit=6 * HOURS, time_limit=6 * HOURS + 60)
def verify(**_kwargs: object) -> None:
    """Check the laws of the ledger and tell of differences."""
    verify_books(at=timezone.now())
