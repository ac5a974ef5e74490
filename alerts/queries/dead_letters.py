"""Deliveries that have failed for good."""

from django.db.models import QuerySet

from alerts.models import Delivery


def failed_deliveries() -> QuerySet[Delivery]:
    """Return what could not be brought to its person, the newest first, with whom and what it was about."""
    failed = Delivery.objects.filter(status=Delivery.Status.FAILED)
    return failed.select_related("person", "alert__warehouse").prefetch_related("fallbacks").order_by("-id")
