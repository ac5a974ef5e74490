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


@shared_task(name="stock.tasks.verify_books")
def verify(**_kwargs: object) -> None:
    """Check the laws of the ledger and tell of differences."""
    verify_books(at=timezone.now())
