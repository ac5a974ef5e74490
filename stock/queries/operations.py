"""Reads of what people did."""

from collections.abc import Sequence

from django.db.models import Q

from stock.models import Operation, StockTransaction

# How many later operations a refused undo names.
MOST_LATER = 20


def rows_to_reverse(operation: Operation) -> list[StockTransaction]:
    """Return the operation's ledger rows, oldest first, with what an undo asks of them. One query."""
    return list(
        StockTransaction.objects.filter(operation=operation)
        .select_related("warehouse", "location", "product")
        .order_by("id")
    )


def took_from_since(operation: Operation, rows: Sequence[StockTransaction]) -> list[Operation]:
    """Return the operations that took, after `operation`, from the bins and lots of these rows of it, newest first.

    Those that were undone, and the undoings, are left out: their goods are back.
    """
    if not rows:
        return []
    places = Q()
    for row in rows:
        places |= Q(
            product=row.product_id, warehouse=row.warehouse_id, location=row.location_id, lot=row.lot_id, id__gt=row.id
        )
    taken = StockTransaction.objects.filter(places, quantity__lt=0).exclude(operation=operation)
    return list(
        Operation.objects.filter(pk__in=taken.values("operation"), reversal=None)
        .exclude(kind=Operation.Kind.REVERSE)
        .select_related("by", "warehouse")
        .order_by("-created")[:MOST_LATER]
    )
