"""Reads of products together with what is on hand of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from alerts.models import Alert
from catalog.models import Product, ProductQuerySet
from stock.models import CountLine, Inventory, State, StockTransaction, TransferLine
from stock.queries.as_of import levels_as_of
from stock.queries.levels import levels
from warehouses.models import Warehouse

# The worst first; a level that is OK is no matter.
WORST = (State.OUT, State.LOW, State.OVER)

# So long, in seconds, are the counts of states kept.
STATES_KEPT = 60

# What `stock.models.level_state` says, for the database. Levels are annotated with the thresholds in force:
# `low_in_force` (-1 where there is none, below which no level falls) and `high_in_force` (null where there is none).
FIGURE = Inventory._meta.get_field("quantity")
NO_LOW = Value(Decimal(-1), FIGURE)
IN_STATE = {
    State.OUT: Q(quantity=0, low_in_force__gte=0),
    State.LOW: Q(quantity__gt=0, quantity__lte=F("low_in_force")),
    State.OVER: Q(quantity__gt=F("high_in_force")) & Q(quantity__gt=F("low_in_force")),
}


@dataclass(frozen=True)
class Listed:
    """A product and what is on hand of it in some warehouses together, in its unit.

    `state` is the worst of its states there, None where it never was in any; `where` are the warehouses in that state.
    """

    product: Product
    quantity: Decimal
    state: State | None
    where: tuple[Warehouse, ...]
    # What came and left since the moment it is compared with; None where it is compared with none.
    change: Decimal | None = None


def with_levels(products: Sequence[Product], warehouses: Sequence[Warehouse]) -> list[Listed]:
    """Return these products with their levels in these warehouses: one question to the cache, at most one query."""
    shown = levels([product.pk for product in products], [warehouse.pk for warehouse in warehouses])
    rows = []
    for product in products:
        here = [(place, level) for place in warehouses if (level := shown[product.pk, place.pk]).stocked]
        states = {place: level.state(product) for place, level in here}
        worst = next((state for state in WORST if state in states.values()), State.OK if here else None)
        where = tuple(place for place, state in states.items() if state == worst != State.OK)
        rows.append(Listed(product, sum((level.quantity for _, level in here), Decimal(0)), worst, where))
    return rows


def with_past_levels(products: Sequence[Product], warehouses: Sequence[Warehouse], at: datetime) -> list[Listed]:
    """Return these products with what the books said at a moment. One query. No state: thresholds have no past."""
    sums = _sums(products, warehouses, at)
    return [Listed(product, sums[product.pk], None, ()) for product in products]


def compared(listed: Sequence[Listed], warehouses: Sequence[Warehouse], since: datetime) -> list[Listed]:
    """Return the same rows with what came and left since this moment. One query."""
    then = _sums([row.product for row in listed], warehouses, since)
    return [replace(row, change=row.quantity - then[row.product.pk]) for row in listed]


def _sums(products: Sequence[Product], warehouses: Sequence[Warehouse], at: datetime) -> dict[int, Decimal]:
    places = [place.pk for place in warehouses]
    said = levels_as_of(at, products=[product.pk for product in products], warehouses=places)
    return {product.pk: sum((said[product.pk, place] for place in places), Decimal(0)) for product in products}


def counted(products: ProductQuerySet, *, most: int) -> tuple[ProductQuerySet, int]:
    """Return the same products, named by their SKUs where they are few, and how many (`most` + 1: more). One query.

    A search whose few hits stand together in the order of SKUs would make PostgreSQL walk far along that order to find
    a page of them; by the list of SKUs it walks to them straight.
    """
    keys = list(products.order_by().values_list("sku_key", flat=True)[: most + 1])
    few = products.model.objects.filter(sku_key__in=keys).select_related("unit")
    return (few if len(keys) <= most else products), len(keys)


def in_state(products: ProductQuerySet, state: State, warehouses: Collection[Warehouse]) -> ProductQuerySet:
    """Return the products whose level is in this state in at least one of these warehouses."""
    there = Inventory.objects.filter(product=OuterRef("pk"), warehouse__in=[warehouse.pk for warehouse in warehouses])
    judged = there.annotate(
        low_in_force=Coalesce("low_threshold", OuterRef("low_threshold"), NO_LOW, output_field=FIGURE),
        high_in_force=Coalesce("high_threshold", OuterRef("high_threshold"), output_field=FIGURE),
    )
    return products.filter(Exists(judged.filter(IN_STATE[state])))


class StateCounts(NamedTuple):
    """How many levels of products in use are out, low and over in a warehouse, counted at a moment."""

    out: int
    low: int
    over: int
    at: datetime


def state_counts(warehouse: Warehouse, now: datetime) -> StateCounts:
    """Return how many levels are in each state, counted within the last minute. At most one query.

    The query judges every level of the warehouse: there is no index of what is low, because it would have to be written
    with every booking. So it runs once a minute, whoever asks.
    """
    key = f"states:{warehouse.pk}"
    kept: StateCounts | None = cache.get(key)
    if kept is not None:
        return StateCounts(*kept)
    judged = Inventory.objects.filter(warehouse=warehouse, product__status=Product.Status.ACTIVE).annotate(
        low_in_force=Coalesce("low_threshold", "product__low_threshold", NO_LOW),
        high_in_force=Coalesce("high_threshold", "product__high_threshold"),
    )
    found = judged.aggregate(**{state.value: Count("pk", filter=IN_STATE[state]) for state in WORST})
    counts = StateCounts(**found, at=now)
    cache.set(key, tuple(counts), STATES_KEPT)
    return counts


def has_history(product: Product) -> bool:
    """Whether anything was booked, sent, counted or told of the product: then it is archived, never deleted. One query.

    A line of a draft or of a count names it too, even where nothing came of it.
    """
    named = (StockTransaction, TransferLine, CountLine, Alert)
    found = [Exists(model._default_manager.filter(product=OuterRef("pk"))) for model in named]
    return Product.objects.filter(reduce(or_, found), pk=product.pk).exists()


def own_thresholds(product: Product, warehouse: Warehouse) -> dict[str, Decimal | None]:
    """Return the low and high threshold that the warehouse itself has for the product. One query."""
    own = Inventory.objects.filter(product=product, warehouse=warehouse)
    low, high = own.values_list("low_threshold", "high_threshold").first() or (None, None)
    return {"low": low, "high": high}
