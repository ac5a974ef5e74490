"""What Twilio tells us: what became of an SMS, and who wants no more of them."""

import logging
from datetime import datetime

from django.db import transaction

from accounts.models import User
from alerts.channels.identity import message_key
from alerts.delivery import fail
from alerts.models import Channel, Delivery, Preferences
from inventory_site.web.nudge import nudge

logger = logging.getLogger(__name__)

# In the order in which they follow each other; a report that comes late takes nothing back.
STATES = ("", "accepted", "scheduled", "queued", "sending", "sent", "delivered", "read")
LOST = ("undelivered", "failed", "canceled")


@transaction.atomic(durable=True)
def note_status(*, sid: str, message: str, status: str, error: str, at: datetime) -> bool:
    """Note what Twilio says of a message; return whether it is one of ours. One that was lost falls back to e-mail.

    `message` is what `alerts.channels.sms.callback` wrote into the address. A delivery that still waits under it was
    taken by Twilio before its worker could note so: it counts as sent, so nothing goes out twice. One that is tried
    again hears no more of the message that was lost before. Locks the delivery.
    """
    delivery = _find(sid, message)
    if delivery is None or not _awaited(delivery, sid):
        return False
    if status in LOST and delivery.provider_status not in ("delivered", "read"):
        why = f"Twilio: {status} {error}".strip()
        if fail(delivery, why, was=Delivery.Status(delivery.status), provider_id=sid, provider_status=status):
            nudge("alerts.tasks.relay")
    elif status in STATES and delivery.status in (Delivery.Status.SENT, Delivery.Status.WAITING):
        if delivery.status == Delivery.Status.WAITING:
            delivery.status, delivery.sent, delivery.error = Delivery.Status.SENT, at, ""
        if STATES.index(status) > STATES.index(delivery.provider_status):
            delivery.provider_status = status
        delivery.provider_id = sid
        delivery.save(update_fields=["status", "sent", "error", "provider_id", "provider_status"])
    return True


def _awaited(delivery: Delivery, sid: str) -> bool:
    if delivery.status == Delivery.Status.WAITING:
        return delivery.provider_id != sid
    return delivery.provider_id in ("", sid)


def _find(sid: str, message: str) -> Delivery | None:
    ours = Delivery.objects.filter(channel=Channel.SMS).select_for_update(no_key=True)
    number, _dot, key = message.partition(".")
    if number.isascii() and number.isdigit() and len(number) < 19:
        named = ours.filter(pk=int(number)).first()
        return named if named and message_key(named) == key else None
    return ours.filter(provider_id=sid).first() if sid else None


@transaction.atomic(durable=True)
def stop_sms(*, phone: str, at: datetime) -> int:
    """Send no more SMS to anybody with this number; return how many people that are."""
    people = list(User.objects.active().filter(phone=phone).order_by("pk"))
    for person in people:
        Preferences.objects.update_or_create(person=person, defaults={"sms_stopped": at})
    logger.info("STOP by SMS: %d people", len(people))
    return len(people)


@transaction.atomic(durable=True)
def start_sms(*, phone: str) -> int:
    """Send SMS again to everybody with this number; return how many people had stopped them."""
    stopped = list(Preferences.objects.filter(person__phone=phone).exclude(sms_stopped=None).order_by("pk"))
    for preferences in stopped:
        preferences.sms_stopped = None
        preferences.save(update_fields=["sms_stopped"])
    logger.info("START by SMS: %d people", len(stopped))
    return len(stopped)
