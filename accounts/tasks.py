"""What the workers do for people."""

from celery import shared_task

from accounts import delivery


@shared_task(name="accounts.tasks.send_links")
def send_links(**kwargs: object) -> None:
    """Send the links that people wait for."""
    delivery.send_links()
