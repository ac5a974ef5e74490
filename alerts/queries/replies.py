"""What an answer by SMS is about."""

from accounts.models import User
from alerts.models import Alert, Channel, Delivery


def told_last(phone: str) -> tuple[Alert, User] | None:
    """Return the incident told last to this number by SMS that nobody has acknowledged yet, and whom it was told to."""
    told = Delivery.objects.filter(
        channel=Channel.SMS,
        status=Delivery.Status.SENT,
        person__phone=phone,
        person__status=User.Status.ACTIVE,
        alert__status__in=[Alert.Status.OPEN, Alert.Status.SNOOZED],
    )
    last = told.select_related("alert", "person").order_by("-sent", "-id").first()
    return (last.alert, last.person) if last and last.alert else None
