"""Deliveries that have failed for good."""

from django.db.models import Exists, OuterRef

from alerts.models import Channel, Delivery, DeliveryQuerySet

# What a person gets, or still may, through another channel.
BROUGHT = (Delivery.Status.SENT, Delivery.Status.WAITING)


def failed_deliveries(channel: str = "") -> DeliveryQuerySet:
    """Return what could not be brought to its person through this channel (through any, without one), the newest first.

    Each with whom and what it was about, and whether another message (`otherwise`) tells the person the same.
    """
    named = _failed(channel).select_related("person", "alert__warehouse")
    return named.annotate(otherwise=Exists(_same())).order_by("-id")


def unheard(channel: str = "") -> DeliveryQuerySet:
    """Return those of `failed_deliveries` of which the person was told through no other channel either."""
    return _failed(channel).filter(~Exists(_same())).order_by("-id")


def _failed(channel: str) -> DeliveryQuerySet:
    failed = Delivery.objects.filter(status=Delivery.Status.FAILED)
    return failed.filter(channel=channel) if channel else failed


def _same() -> DeliveryQuerySet:
    same = {"dedupe_key": OuterRef("dedupe_key"), "person": OuterRef("person")}
    return Delivery.objects.leaving().filter(**same, status__in=BROUGHT)


FAILING = [each for each in Channel if each != Channel.APP]
