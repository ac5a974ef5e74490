"""What the workers do for alerts."""

from celery import shared_task

from alerts import delivery


@shared_task(name="alerts.tasks.relay")
def relay(**kwargs: object) -> None:
    """Send what waits in the outbox."""
    delivery.relay()
