"""Transfers that the demonstration leaves standing: drafts, some on the way and one overdue, one partly received.

They are made by the services, as people make them, of goods without thresholds: so no level crosses one, and nobody is
told. Only their clock differs from load to load.
"""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.models import User
from catalog.models import Product
from inventory_site.demo.people import accounts
from stock import services
from stock.models import Holding, Operation, ReasonCode, Transfer
from warehouses.models import Location, Warehouse

NAMESPACE = uuid.UUID("b7f0b1b4-4d8e-4c52-9a0f-2f1d6f5e7a10")
LINES = 3
# How long the transfers have been under way; a warehouse allows a week unless it says otherwise.
ON_THE_WAY = (timedelta(hours=5), timedelta(days=2), timedelta(days=11))


def leave_transfers(seed: int, until: datetime) -> None:
    """Leave transfers from and to the staff member's home, between the warehouses in which that person operates."""
    home = accounts()[0].home_warehouse
    others = list(Warehouse.objects.for_user(accounts()[0], "operate").exclude(pk=getattr(home, "pk", 0)))
    if home is None or not others:
        return
    keys = (uuid.uuid5(NAMESPACE, f"{seed} {number}") for number in range(100))
    for number, source in enumerate((others[0], others[-1], others[0])):
        _send(keys, source, home, until, ON_THE_WAY[number], part=number)
    if half := _send(keys, others[-1], home, until, timedelta(days=3), part=3):
        _receive_part(keys, half, until)
    for part, destination in enumerate(others):
        if lines := _lines(home, part):
            services.draft_transfer(lines=lines, **_slip(keys, home, destination, until))


def _slip(keys: Iterator[uuid.UUID], source: Warehouse, destination: Warehouse, until: datetime) -> dict[str, Any]:
    return {
        "warehouse": source,
        "destination": destination,
        "reference": f"TR-{source.code}-{destination.code}",
        **_by(keys, source, until),
    }


def _by(keys: Iterator[uuid.UUID], place: Warehouse, until: datetime) -> dict[str, Any]:
    """Let somebody do it who has worked there before."""
    worker = User.objects.filter(operations__in=Operation.objects.filter(warehouse=place)).order_by("pk").first()
    return {"by": worker, "at": until, "key": next(keys)}


def _lines(source: Warehouse, part: int) -> Sequence[services.TransferLine]:
    """Take a quarter of some products that lie in storage bins there."""
    quiet = Product.objects.filter(
        tracks_lots=False, low_threshold=None, high_threshold=None, status=Product.Status.ACTIVE
    )
    held = Holding.objects.filter(
        inventory__warehouse=source,
        inventory__low_threshold=None,
        inventory__high_threshold=None,
        inventory__product__in=quiet,
        location__kind=Location.Kind.STORAGE,
    )
    there = held.values_list("inventory__product").annotate(total=Sum("quantity")).filter(total__gte=4)
    totals = dict(there.order_by("inventory__product")[part * LINES : (part + 1) * LINES])
    products = Product.objects.in_bulk(totals)
    return [
        services.TransferLine(product=products[pk], quantity=Decimal(int(total / 4))) for pk, total in totals.items()
    ]


def _send(
    keys: Iterator[uuid.UUID], source: Warehouse, home: Warehouse, until: datetime, age: timedelta, *, part: int
) -> Transfer | None:
    lines = _lines(source, part)
    if not lines:
        return None
    sending = services.send_transfer(lines=lines, **_slip(keys, source, home, until))
    transfer = sending.transfer
    assert transfer is not None
    Transfer.objects.filter(pk=transfer.pk).update(sent=until - age)
    return transfer


def _receive_part(keys: Iterator[uuid.UUID], transfer: Transfer, until: datetime) -> None:
    """Receive half of the first line, and write one piece of it off."""
    line = transfer.lines.select_related("product").order_by("id")[0]
    arriving = services.ArriveLine(line=line, quantity=max(Decimal(1), Decimal(int(line.sent / 2))))
    services.receive_transfer(transfer=transfer, lines=[arriving], **_by(keys, transfer.destination, until))
    if line.sent - arriving.quantity > 1:
        services.write_off_transfer(
            transfer=transfer,
            lines=[services.WriteOffLine(line=line, quantity=Decimal(1))],
            reason=ReasonCode.objects.get(code="damaged"),
            **_by(keys, transfer.destination, until),
        )
