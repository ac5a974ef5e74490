"""Reads about alerts, always through what the person may see."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import User
from alerts.models import Alert, Delivery
from warehouses.models import Warehouse


def needs_attention(user: User, warehouse: Warehouse | None = None, *, limit: int = 5) -> list[Alert]:
    """Return the incidents that nobody has acknowledged, the most severe first, then the newest. One query."""
    alerts = Alert.objects.visible_to(user).unclaimed()
    if warehouse is not None:
        alerts = alerts.at(warehouse)
    # Chosen from the alerts alone, and named afterwards: of thousands only a handful is joined.
    worst = alerts.order_by("-severity", "-id").values("pk")[:limit]
    return list(Alert.objects.filter(pk__in=worst).with_names().order_by("-severity", "-id"))


def deliveries_of(alert: Alert) -> QuerySet[Delivery]:
    """Return who was told of the alert, the newest first."""
    return alert.deliveries.select_related("person").order_by("-id")


def operable(user: User, alerts: Iterable[Alert]) -> set[int]:
    """Return the ids of the warehouses of these alerts in which the person may act on them."""
    return {each.warehouse_id for each in alerts if each.warehouse_id and user.may("operate", each.warehouse_id)}
