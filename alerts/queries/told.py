"""What somebody was told."""

from django.db.models import Q, QuerySet

from accounts.models import User
from alerts.models import Alert, Delivery


def told(person: User, *, reader: User) -> QuerySet[Delivery]:
    """Return what was brought to a person or is to be, without the alerts that the reader may not see."""
    seen = Q(alert=None) | Q(alert__in=Alert.objects.visible_to(reader))
    return Delivery.objects.filter(seen, person=person).select_related("alert")
