"""What the worker runs for reports."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from reports import services
from reports.services import seals
from reports.services.outcomes import look_into_outcomes


@shared_task(name="reports.tasks.roll_up")
def roll_up(**kwargs: Any) -> None:
    services.roll_up(now=timezone.now())


@shared_task(name="reports.tasks.look_into_outcomes")
def outcomes(**kwargs: Any) -> None:
    look_into_outcomes()


@shared_task(name="reports.tasks.seal")
def seal(**kwargs: Any) -> None:
    seals.seal(now=timezone.now())
