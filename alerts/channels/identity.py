"""The id by which both sides know that two attempts are one message."""

import hashlib

from alerts.models import Delivery


def message_key(delivery: Delivery) -> str:
    """Return 32 hexadecimal digits, the same at every attempt.

    The moment of queueing is part of it: a database that was made anew counts its alerts from 1 again.
    """
    told = f"{delivery.dedupe_key} {delivery.person_id} {delivery.created.isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]
