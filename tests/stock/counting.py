"""Short words for the tests of counts: a person with a list, who counts bins and sends what was found."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal

from stock import services
from stock.models import Count


class Counter:
    """Somebody who opens, counts, reviews and posts; every step gets a fresh key unless one is given."""

    def __init__(self, by):
        self.by = by

    def _slip(self, slip):
        return {"by": self.by, "at": datetime.now(UTC), "key": uuid.uuid4(), **slip}

    def open(self, warehouse, *locations, who=None, **what):
        slip = {"by": self.by, "key": uuid.uuid4(), **what}
        return services.open_count(warehouse=warehouse, locations=locations, assignees=who or [self.by], **slip)

    def submit(self, count, *found, done=(), **slip):
        """Send what was found: each (product, bin, quantity) or (product, bin, quantity, lot)."""
        lines = [
            services.Found(product=p, location=bin, counted=Decimal(n), lot_number=lot[0] if lot else "")
            for p, bin, n, *lot in found
        ]
        return services.submit_count(count=count, found=lines, finished=done, **self._slip(slip))

    def whole(self, count, *found, **slip):
        """Send what was found and finish every bin of the count."""
        return self.submit(count, *found, done=[row.location for row in count.bins.all()], **slip)

    def recount(self, count, *lines, **more):
        return services.ask_recount(count=count, lines=lines or list(count.lines.all()), **more)

    def post(self, count, **slip):
        return services.post_count(count=count, **self._slip(slip))

    def undo(self, count, **slip):
        return services.undo_count(count=count, **self._slip(slip))


def figures(count):
    """Return what each line says: (bin, sku, lot or "", counted, expected), in the order of walking."""
    rows = count.lines.select_related("location", "product", "lot").order_by("id")
    return [(r.location.code, r.product.sku, r.lot.number if r.lot else "", r.counted, r.expected) for r in rows]


def booked(count):
    """Return the rows that the count's operations booked, operation by operation: (bin, sku, quantity)."""
    return [
        [(row.location.code, row.product.sku, row.quantity) for row in operation.rows.order_by("id")]
        for operation in count.operations.order_by("created")
    ]


def state(count):
    return Count.objects.get(pk=count.pk).state
