"""Alerts (one live incident a cause), their history, who wants to be told, and the outbox of what people are told."""

from alerts.models.alert import Alert, AlertEvent, AlertQuerySet
from alerts.models.choices import Channel, Kind, Mode, Preferences, PushDevice, Subscription
from alerts.models.delivery import Delivery, DeliveryQuerySet

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertQuerySet",
    "Channel",
    "Delivery",
    "DeliveryQuerySet",
    "Kind",
    "Mode",
    "Preferences",
    "PushDevice",
    "Subscription",
]
