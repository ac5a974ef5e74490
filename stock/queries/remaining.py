"""What is left of an operation whose goods have moved on: so much of it a correction can still take back."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from stock.models import Holding, StockTransaction

ZERO = Decimal(0)


@dataclass(frozen=True)
class Remaining:
    """A correction of one bin and lot, signed, in the product's unit."""

    warehouse_id: int
    sku: str
    bin: str
    lot: str
    quantity: Decimal


def remaining(rows: QuerySet[StockTransaction], *, warehouses: Collection[int], limit: int) -> list[Remaining]:
    """Return the opposite of these rows of one operation, as far as the goods still lie where it had put them.

    What it had taken comes back whole. Of the warehouses with these ids; at most `limit`, in the order of their codes.
    Two queries.
    """
    place = ("warehouse_id", "product_id", "location_id", "lot_id")
    booked = (
        rows.filter(warehouse__in=warehouses)
        .order_by("warehouse__code", "product__sku", "location__code", "lot__number")
        .values_list(*place, "product__sku", "location__code", "lot__number")
        .annotate(net=Sum("quantity"))[:limit]
    )
    wanted = {row[:4]: row[4:] for row in booked}
    held = Holding.objects.filter(
        inventory__warehouse__in={key[0] for key in wanted},
        inventory__product__in={key[1] for key in wanted},
        location__in={key[2] for key in wanted},
    ).values_list("inventory__warehouse_id", "inventory__product_id", "location_id", "lot_id", "quantity")
    on_hand = {row[:4]: row[4] for row in held}
    left = [
        Remaining(key[0], sku, bin, lot or "", -min(net, on_hand.get(key, ZERO)) if net > 0 else -net)
        for key, (sku, bin, lot, net) in wanted.items()
    ]
    return [part for part in left if part.quantity]
