"""What a person needs to know when the day begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Min, Q, Sum

from accounts.models import User
from alerts.models import Alert
from alerts.queries import needs_attention
from catalog.models import Product
from stock.models import Operation, State, StockTransaction
from stock.queries.levels import levels
from warehouses.models import Warehouse


@dataclass(frozen=True)
class Concern:
    """An open incident with the level as it is now, in the product's unit."""

    alert: Alert
    product: Product
    place: Warehouse
    quantity: Decimal
    state: State


@dataclass(frozen=True)
class Booked:
    """An operation in a list: its first product, how much of it, and how many other products it booked."""

    operation: Operation
    sku: str
    name: str
    unit: str
    quantity: Decimal
    more: int


def concerns_of(person: User, *, limit: int) -> list[Concern]:
    """Return the open incidents of the person's warehouses, the worst first, as long as the level is not OK again.

    At most two queries and one question to the cache.
    """
    alerts = [
        (alert, alert.product, alert.warehouse)
        for alert in needs_attention(person, limit=2 * limit)
        if alert.product is not None and alert.warehouse is not None
    ]
    shown = levels({product.pk for _, product, _ in alerts}, {place.pk for _, _, place in alerts})
    concerns = [
        Concern(alert, product, place, level.quantity, level.state(product))
        for alert, product, place in alerts
        if (level := shown[product.pk, place.pk])
    ]
    return [concern for concern in concerns if concern.state != State.OK][:limit]


def movements_on(warehouse: Warehouse, day: date) -> dict[str, int]:
    """Count the warehouse's lines of one of its calendar days: what came, what left and all. One query."""
    came, left = Count("pk", filter=Q(quantity__gt=0)), Count("pk", filter=Q(quantity__lt=0))
    lines = StockTransaction.objects.filter(warehouse=warehouse, occurred_on=day)
    return lines.aggregate(came=came, left=left, all=Count("pk"))


def last_booked(person: User, warehouses: Sequence[Warehouse], *, limit: int) -> list[Booked]:
    """Return what the person booked last, the newest first, as far as these warehouses hold it. Two queries."""
    ids = [warehouse.pk for warehouse in warehouses]
    mine = Operation.objects.filter(by=person, warehouse__in=ids).select_related("reversal")
    operations = {operation.pk: operation for operation in mine.order_by("-created")[:limit]}
    lines = (
        StockTransaction.objects.filter(operation__in=operations, warehouse__in=ids)
        .values_list("operation_id", "product__sku", "product__name", "product__unit__code")
        .annotate(
            came=Sum("quantity", filter=Q(quantity__gt=0), default=Decimal(0)),
            left=Sum("quantity", filter=Q(quantity__lt=0), default=Decimal(0)),
            first=Min("pk"),
        )
        .order_by("first")
    )
    by_operation: dict[UUID, list[tuple[str, str, str, Decimal]]] = {key: [] for key in operations}
    for key, sku, name, unit, came, left, _first in lines:
        by_operation[key].append((sku, name, unit, max(came, -left)))
    return [
        Booked(operations[key], *products[0], more=len(products) - 1)
        for key, products in by_operation.items()
        if products
    ]
