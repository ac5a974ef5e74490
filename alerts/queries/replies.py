"""What an answer by SMS is about."""

from accounts.models import User
from alerts.models import Alert, Channel, Delivery


def told_last(phone: str) -> tuple[Alert, User] | None:
    """Return the incident that this number was told of last by SMS, and whom. An answer is about no other."""
    told = Delivery.objects.filter(
        channel=Channel.SMS,
        status=Delivery.Status.SENT,
        person__phone=phone,
        person__status=User.Status.ACTIVE,
        purpose=Delivery.Purpose.ALERT,
    )
    last = told.select_related("alert", "person").order_by("-sent", "-id").first()
    return (last.alert, last.person) if last and last.alert else None
