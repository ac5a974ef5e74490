"""One operation as its page shows it: who may see it, who may undo it, and how much of what it booked."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Min, Q, QuerySet, Sum

from accounts.models import User
from stock.models import Operation, StockTransaction, TransferEntry


class May(NamedTuple):
    """What a person may do with an operation: see it at all, see all of it, undo it."""

    see: bool
    see_all: bool
    undo: bool


class Booked(NamedTuple):
    """How much of one product an operation booked, in the product's unit; `net` is signed."""

    sku: str
    unit: str
    decimals: int
    moved: Decimal
    net: Decimal


def amounts_of(rows: QuerySet[StockTransaction], *, limit: int) -> list[Booked]:
    """Return how much of each product these rows of one operation booked, in their order. One query.

    What moves between places shows as what was moved, though its rows sum to 0.
    """
    products = (
        rows.order_by()
        .values_list("product__sku", "product__unit__code", "product__unit__decimals")
        .annotate(
            came=Sum("quantity", filter=Q(quantity__gt=0), default=Decimal(0)),
            left=Sum("quantity", filter=Q(quantity__lt=0), default=Decimal(0)),
            first=Min("pk"),
        )
    )
    return [
        Booked(sku, unit, decimals, max(came, -left), came + left)
        for sku, unit, decimals, came, left, _first in products.order_by("first")[:limit]
    ]


def transit_of(operation: Operation) -> QuerySet[TransferEntry]:
    """Return what the operation did to the lines of its transfer, with what a page shows of it."""
    entries = TransferEntry.objects.filter(operation=operation).select_related("line__product__unit", "line__lot")
    return entries.order_by("id")


def transit_amounts(operation: Operation, *, limit: int) -> list[Booked]:
    """Return how much of each product the operation wrote off, or took back of that. One query."""
    entries = TransferEntry.objects.filter(operation=operation).order_by()
    products = entries.values_list("line__product__sku", "line__product__unit__code", "line__product__unit__decimals")
    found = products.annotate(total=Sum("quantity"), first=Min("pk")).order_by("first")[:limit]
    return [Booked(sku, unit, decimals, abs(total), total) for sku, unit, decimals, total, _first in found]


def rights_over(user: User, operations: Collection[Operation]) -> dict[UUID, May]:
    """Return what a person may do with each of these operations. One query.

    An operation touches its own warehouse, and every one in which it booked. Seen is what touched one of theirs.
    Undoing one's own takes the right to operate in every warehouse that it touched, undoing others' the right to manage
    there.
    """
    touched: dict[UUID, set[int]] = defaultdict(set, {each.pk: {each.warehouse_id} for each in operations})
    rows = StockTransaction.objects.filter(operation__in=[operation.pk for operation in operations])
    for key, warehouse in rows.order_by().values_list("operation_id", "warehouse_id").distinct():
        touched[key].add(warehouse)
    everywhere = set().union(*touched.values()) if touched else set()
    held = {right: {place for place in everywhere if user.may(right, place)} for right in ("view", "operate", "manage")}
    return {
        operation.pk: May(
            see=bool(touched[operation.pk] & held["view"]),
            see_all=touched[operation.pk] <= held["view"],
            undo=bool(touched[operation.pk])
            and touched[operation.pk] <= held["operate" if operation.by_id == user.pk else "manage"],
        )
        for operation in operations
    }


def can_still_be_undone(operation: Operation, now: datetime) -> bool:
    """Whether an undo is worth offering: not undone yet, no undoing itself, and within the warehouse's limit of days.

    The operation comes with its warehouse and its reversal (`with_names`).
    """
    recent = now - operation.created < timedelta(days=operation.warehouse.undo_limit_days)
    alone = operation.kind not in (Operation.Kind.REVERSE, Operation.Kind.COUNT)
    return recent and alone and not hasattr(operation, "reversal")


def visible_later(user: User, later: Sequence[Operation]) -> list[tuple[Operation, bool]]:
    """Return those of these operations that the person may see, each with whether they may undo it."""
    may = rights_over(user, later)
    return [(operation, may[operation.pk].undo) for operation in later if may[operation.pk].see]
