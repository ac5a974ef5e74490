"""Reads of what people did."""

from collections.abc import Sequence

from django.db.models import Q

from stock.models import Operation, StockTransaction, Transfer, TransferEntry

# How many later operations a refused undo names.
MOST_LATER = 20


def rows_to_reverse(operation: Operation) -> list[StockTransaction]:
    """Return the operation's ledger rows, oldest first, with what an undo asks of them. One query."""
    return rows_to_reverse_of([operation])


def rows_to_reverse_of(operations: Sequence[Operation]) -> list[StockTransaction]:
    """Return the ledger rows of several operations, oldest first. One query."""
    return list(
        StockTransaction.objects.filter(operation__in=[operation.pk for operation in operations])
        .select_related("warehouse", "location", "product")
        .order_by("id")
    )


def entries_to_reverse(operation: Operation) -> list[TransferEntry]:
    """Return what the operation did to its transfer, oldest first. One query."""
    return list(TransferEntry.objects.filter(operation=operation).order_by("id"))


def standing_operations_of(transfer: Transfer) -> list[Operation]:
    """Return the transfer's operations that were not undone, newest first, its sending last. One query."""
    found = (
        Operation.objects.filter(transfer=transfer, reversal=None)
        .exclude(kind=Operation.Kind.REVERSE)
        .with_names()
        .order_by("-created")
    )
    return sorted(found, key=lambda operation: operation.kind == Operation.Kind.SEND)


def arrived_of(sending: Operation) -> list[Operation]:
    """Return what was received and written off of a sending and stands, newest first. One query."""
    arrivals = [Operation.Kind.ARRIVE, Operation.Kind.WRITE_OFF]
    return list(
        Operation.objects.filter(transfer=sending.transfer_id, kind__in=arrivals, reversal=None)
        .with_names()
        .order_by("-created")
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
