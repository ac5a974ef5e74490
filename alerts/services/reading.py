"""What somebody has seen in the app."""

from datetime import datetime

from accounts.models import User
from alerts.models import Alert, Delivery


def mark_read(*, alert: Alert, by: User, at: datetime) -> None:
    """Note that a person has opened the alert: it counts as unread for them no more. One statement."""
    Delivery.objects.unread_by(by).filter(alert=alert).update(read=at)
