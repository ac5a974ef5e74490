"""What people choose about being told, and the test by which they see that it reaches them."""

import uuid
from collections.abc import Mapping
from datetime import datetime, time

from django.db import transaction

from accounts.models import User
from alerts.errors import Unreachable
from alerts.models import Channel, Delivery, Mode, Preferences, PushDevice, Subscription
from alerts.queries.choices import Cell
from alerts.queries.reach import reach_of
from inventory_site.web.nudge import nudge
from warehouses.models import Warehouse


@transaction.atomic(durable=True)
def choose(
    *, person: User, warehouse: Warehouse | None, chosen: Mapping[Cell, str], times: Mapping[str, time | None] | None
) -> None:
    """Keep what a person chose for a warehouse or (None) for all of theirs, and, where given, their times.

    `chosen` says a mode for each choice, "" for what holds without one, of which no row is kept. `times` are the fields
    of Preferences. Locks the person, so that of two forms sent at once the later one counts as a whole.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    kept = {
        f"{each.kind}-{each.channel}": each for each in Subscription.objects.filter(person=person, warehouse=warehouse)
    }
    for cell, mode in chosen.items():
        _keep(kept.get(cell.name), cell, mode if mode != cell.usual else "", person, warehouse)
    if times is not None:
        _keep_times(person, times)


def _keep(row: Subscription | None, cell: Cell, mode: str, person: User, warehouse: Warehouse | None) -> None:
    if row and not mode:
        row.delete()
    elif row and row.mode != mode:
        row.mode = Mode(mode)
        row.save()
    elif mode and not row:
        Subscription.objects.create(
            person=person, warehouse=warehouse, kind=cell.kind, channel=cell.channel, mode=Mode(mode)
        )


def _keep_times(person: User, times: Mapping[str, time | None]) -> None:
    kept = Preferences.objects.filter(person=person).first() or Preferences(person=person)
    if any(getattr(kept, name) != value for name, value in times.items()):
        for name, value in times.items():
            setattr(kept, name, value)
        kept.save()


@transaction.atomic(durable=True)
def send_test(*, person: User, channel: Channel, at: datetime) -> Delivery:
    """Queue a test for somebody through a channel, whatever they have chosen; in the app it is there at once, read.

    Raises Unreachable, with the sentence for the person, where the channel cannot bring it.
    """
    missing = reach_of(person, channel, PushDevice.objects.filter(person=person).count()).missing
    if missing:
        raise Unreachable(missing)
    here = channel == Channel.APP
    test = Delivery.objects.create(
        purpose=Delivery.Purpose.TEST,
        dedupe_key=f"test:{uuid.uuid4().hex}",
        person=person,
        channel=channel,
        facts={"type": "test"},
        status=Delivery.Status.SENT if here else Delivery.Status.WAITING,
        sent=at if here else None,
        read=at if here else None,
    )
    nudge("alerts.tasks.relay")
    return test
