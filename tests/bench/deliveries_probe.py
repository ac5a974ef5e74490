"""What the probe does for the figure of deliveries; imported by it, once Django is set up."""

import time
import uuid
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.services import add_person, set_right, set_role
from alerts.models import Alert, Channel, Delivery, Kind, Mode, Subscription
from alerts.services import Finding, observe
from tests.bench.people_probe import session_of
from warehouses.models import Warehouse

CODE = "DELIVERIES"


def place():
    """Return a warehouse with two managers of its own, one of whom gets digests."""
    found = Warehouse.objects.filter(code=CODE).first()
    if found is None:
        found = Warehouse.objects.create(code=CODE, name="Deliveries")
        for name in ("at-once", "by-digest"):
            someone = User(email=f"{name}@example.com", name=name, password=make_password(None))
            someone.save()
            set_role(person=someone, role=User.Role.MANAGER)
            set_right(person=someone, warehouse=found, right="manage")
            if name == "by-digest":
                Subscription.objects.create(person=someone, kind=Kind.VARIANCE, channel=Channel.EMAIL, mode=Mode.DIGEST)
    return found


def queue_alerts(number):
    """Open so many incidents in one transaction, the hour of the digests being now; return when it was committed."""
    warehouse, run = place(), uuid.uuid4().hex[:8]
    facts = {"lines": "3", "count": "1", "tolerance": "2", "warehouse": CODE, "warehouse_name": warehouse.name}
    findings = [
        Finding(
            cause=Alert.Cause.VARIANCE,
            type=Alert.Type.VARIANCE,
            warehouse=warehouse,
            subject=f"{run}-{n}",
            facts=facts,
        )
        for n in range(number)
    ]
    with transaction.atomic():
        # Each run has its digest, as each day has.
        Delivery.objects.filter(purpose="digest", dedupe_key__startswith="digest:").update(dedupe_key=f"bench:{run}")
        observe(findings, now=timezone.now())
        Delivery.objects.filter(status="digest").update(next_attempt=Now() - timedelta(seconds=1))
    return time.monotonic()


def waiting_deliveries():
    return Delivery.objects.leaving().filter(status__in=["waiting", "digest"]).count()


def watch(people):
    """Return the cookie of a manager who is told at once and has read it all, and those of so many who may look on."""
    warehouse = place()
    manager = User.objects.get(email="at-once@example.com")
    Delivery.objects.unread_by(manager).update(read=Now())
    lookers = [User.objects.filter(email=f"looker-{n}@example.com").first() or looker(n) for n in range(people)]
    for person in lookers:
        set_right(person=person, warehouse=warehouse, right="view")
    return session_of(manager), [session_of(person) for person in lookers]


def looker(number):
    return add_person(email=f"looker-{number}@example.com", name=f"Looker {number}", role=User.Role.STAFF)


DELIVERY_CALLS = (queue_alerts, waiting_deliveries, watch)
