"""Reads of products together with what is on hand of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from alerts.models import Alert
from catalog.models import Product, ProductQuerySet
from stock.models import Inventory, State, StockTransaction
from stock.queries.levels import levels
from warehouses.models import Warehouse

# The worst first; a level that is OK is no matter.
WORST = (State.OUT, State.LOW, State.OVER)

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


def state_counts(warehouse: Warehouse) -> dict[str, int]:
    """Return how many levels of products in use are out, low and over in the warehouse. One query, over all of them."""
    judged = Inventory.objects.filter(warehouse=warehouse, product__status=Product.Status.ACTIVE).annotate(
        low_in_force=Coalesce("low_threshold", "product__low_threshold", NO_LOW),
        high_in_force=Coalesce("high_threshold", "product__high_threshold"),
    )
    return judged.aggregate(**{state.value: Count("pk", filter=IN_STATE[state]) for state in WORST})


def has_history(product: Product) -> bool:
    """Whether anything was ever booked or told about the product: then it is archived, never deleted. One query."""
    booked = StockTransaction.objects.filter(product=OuterRef("pk"))
    told = Alert.objects.filter(product=OuterRef("pk"))
    return Product.objects.filter(Exists(booked) | Exists(told), pk=product.pk).exists()


def own_thresholds(product: Product, warehouse: Warehouse) -> dict[str, Decimal | None]:
    """Return the low and high threshold that the warehouse itself has for the product. One query."""
    own = Inventory.objects.filter(product=product, warehouse=warehouse)
    low, high = own.values_list("low_threshold", "high_threshold").first() or (None, None)
    return {"low": low, "high": high}
