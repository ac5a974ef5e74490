"""What the demonstration leaves to do: a count to go on with and one to review, made as people make them."""

import random
import uuid
from datetime import datetime
from decimal import Decimal

from django.db.models import Count as NumberOf

from accounts.models import User
from inventory_site.demo.people import accounts
from stock import services
from stock.models import Count, CountLine
from warehouses.models import Location

NAMESPACE = uuid.UUID("6f0d3c1e-7a55-4f0b-9a39-3d6a5b1f2c84")
# Bins of each count, and how full a bin is at most: a handful of lines can be counted while one looks on.
BINS = 3
FULLEST = 60
# The first line of a bin and then one in so many is off, by a piece or two.
OFF = 6


def leave_counts(seed: int, until: datetime) -> None:
    """Open two counts in the staff member's home, and count one of them through; nothing is posted."""
    staff, manager, _admin = accounts()
    assert staff.home_warehouse is not None
    filled = (
        Location.objects.filter(warehouse=staff.home_warehouse, kind=Location.Kind.STORAGE, status="active")
        .annotate(lots=NumberOf("holdings"))
        .filter(lots__gt=0, lots__lte=FULLEST)
        .order_by("code")
    )
    bins = list(filled[: 2 * BINS])
    chance = random.Random(f"counts {seed}")  # nosec B311 # invents counts
    for number, (places, note) in enumerate(((bins[:BINS], "Weekly round"), (bins[BINS:], "After the stock move"))):
        if not places:
            continue
        count = services.open_count(
            warehouse=staff.home_warehouse,
            locations=places,
            assignees=[staff],
            note=note,
            by=manager,
            key=uuid.uuid5(NAMESPACE, f"{seed} {number}"),
        )
        counted = places[:1] if number == 0 else places
        for place in counted:
            _count(count, place, staff, until, chance)


def _count(count: Count, place: Location, by: User, at: datetime, chance: random.Random) -> None:
    lines = CountLine.objects.filter(count=count, location=place).select_related("product__unit", "lot").order_by("id")
    held = {(h.inventory.product_id, h.lot_id): h.quantity for h in place.holdings.select_related("inventory")}
    found = []
    for n, line in enumerate(lines):
        off = Decimal(0) if n % OFF else chance.choice((-2, -1, 1)) * line.product.unit.smallest_step
        counted = max(Decimal(0), held[line.product_id, line.lot_id] + off)
        lot = line.lot.number if line.lot else ""
        found.append(services.Found(product=line.product, location=place, counted=counted, lot_number=lot))
    key = uuid.uuid5(count.key, place.code)
    services.submit_count(count=count, found=found, finished=[place], by=by, at=at, key=key)
