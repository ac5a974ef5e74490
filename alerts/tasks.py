"""What the workers do for alerts."""

from celery import shared_task
from django.utils import timezone

from alerts import delivery, services
from alerts.services import system


@shared_task(name="alerts.tasks.relay")
def relay(**kwargs: object) -> None:
    """Send what waits in the outbox."""
    delivery.relay()


@shared_task(name="alerts.tasks.check_queues")
def check_queues(**kwargs: object) -> None:
    """Tell of channels whose deliveries wait for too long."""
    system.check_queues(at=timezone.now())


@shared_task(name="alerts.tasks.wake")
def wake(**kwargs: object) -> None:
    """Bring back the alerts whose rest is over."""
    services.wake(at=timezone.now())


@shared_task(name="alerts.tasks.escalate")
def escalate(**kwargs: object) -> None:
    """Tell the next in line of critical alerts that nobody takes."""
    services.escalate(at=timezone.now())


@shared_task(name="alerts.tasks.hand_on")
def hand_on(**kwargs: object) -> None:
    """Tell others of what its people may no longer be told."""
    services.hand_on(at=timezone.now())
