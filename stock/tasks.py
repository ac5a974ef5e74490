"""Entries for the workers."""

from celery import shared_task

from stock.services.sweep import judge_levels


@shared_task(name="stock.tasks.judge_levels")
def judge(**_kwargs: object) -> None:
    """Bring alerts in line with levels and thresholds."""
    judge_levels()
