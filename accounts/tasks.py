"""What the workers do for people."""

from celery import shared_task

from accounts import delivery
from accounts.services import sessions


@shared_task(name="accounts.tasks.send_links")
def send_links(**kwargs: object) -> None:
    """Send the links that people wait for."""
    delivery.send_links()


@shared_task(name="accounts.tasks.forget_sessions")
def forget_sessions(**kwargs: object) -> None:
    """Delete the sessions that are over."""
    sessions.forget_sessions()
