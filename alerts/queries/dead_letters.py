"""Deliveries that have failed for good."""

from django.db.models import Exists, OuterRef

from alerts.models import Channel, Delivery, DeliveryQuerySet

# What a person gets, or still may, through another channel.
BROUGHT = (Delivery.Status.SENT, Delivery.Status.WAITING)


def failed_deliveries(channel: str = "") -> DeliveryQuerySet:
    """Return what could not be brought to its person through this channel (through any, without one), the newest first.

    Each with whom and what it was about, and whether another message (`otherwise`) tells the person the same.
    """
    failed = Delivery.objects.filter(status=Delivery.Status.FAILED)
    failed = failed.filter(channel=channel) if channel else failed
    same = Delivery.objects.leaving().filter(
        dedupe_key=OuterRef("dedupe_key"), person=OuterRef("person"), status__in=BROUGHT
    )
    named = failed.select_related("person", "alert__warehouse")
    return named.annotate(otherwise=Exists(same)).order_by("-id")


def unheard(channel: str = "") -> DeliveryQuerySet:
    """Return those of `failed_deliveries` of which the person was told through no other channel either."""
    return failed_deliveries(channel).filter(otherwise=False)


FAILING = [each for each in Channel if each != Channel.APP]
