"""What the demonstration's people have been told of when somebody first looks at it."""

from datetime import datetime

from django.db import transaction

from alerts.models import Delivery
from stock.services.sweep import repair_days, turn_days


def leave_alerts(until: datetime) -> None:
    """Judge lots, transfers and counts as the mornings before would have done; it stands in the app, no mail leaves."""
    turn_days(at=until)
    with transaction.atomic():
        repair_days(at=until)
        Delivery.objects.leaving().delete()
