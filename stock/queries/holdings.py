"""Where goods lie: the levels of one product with their parts, and what lies in one bin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from catalog.models import Product
from inventory_site.web.zones import day_in
from stock.models import Holding, State, level_state
from stock.queries.transfers import OnTheWay
from warehouses.models import Location, Warehouse


@dataclass(frozen=True)
class Part:
    """A quantity in one bin, of one lot. `expired`: its last good day is over in the warehouse's zone."""

    quantity: Decimal
    bin: str
    kind: str
    lot: str
    expires_on: date | None
    expired: bool

    @property
    def kind_words(self) -> str:
        """What kind of bin it is, where that is worth a word; "" for storage."""
        return "" if self.kind == Location.Kind.STORAGE else str(Location.Kind(self.kind).label)


@dataclass
class Place:
    """The level of one product in one warehouse, its own thresholds and the parts that sum to it.

    `stocked` is False where the warehouse never had the product: then it has no state. `coming` is what is on the way
    to it, where somebody has asked.
    """

    warehouse_id: int
    code: str
    name: str
    is_open: bool
    stocked: bool
    quantity: Decimal
    own_low: Decimal | None
    own_high: Decimal | None
    low: Decimal | None
    high: Decimal | None
    parts: list[Part] = field(default_factory=list)
    coming: OnTheWay | None = None

    @property
    def state(self) -> State | None:
        return level_state(self.quantity, self.low, self.high) if self.stocked else None


PLACE = ("pk", "code", "name", "status", "time_zone")
LEVEL = ("level__pk", "level__quantity", "level__low_threshold", "level__high_threshold")
HELD = ("quantity", "location__code", "location__kind", "lot__number", "lot__expires_on")


def places_of(product: Product, warehouses: QuerySet[Warehouse], *, now: datetime) -> list[Place]:
    """Return the level of the product in each of these warehouses with its bins and lots.

    One statement reads level and parts, so they sum up even while others book. A closed warehouse is left out unless
    goods still lie there. Parts come as they would be shipped: by expiry, nulls last, lot number, bin.
    """
    rows = (
        warehouses.annotate(level=FilteredRelation("inventories", condition=Q(inventories__product=product)))
        .order_by(
            "code",
            F("level__holdings__lot__expires_on").asc(nulls_last=True),
            "level__holdings__lot__number",
            "level__holdings__location__code",
        )
        .values_list(*PLACE, *LEVEL, *(f"level__holdings__{name}" for name in HELD))
    )
    places: dict[int, Place] = {}
    for pk, code, name, status, zone, level, quantity, low, high, *held in rows:
        place = places.get(pk)
        if place is None:
            place = places[pk] = Place(
                warehouse_id=pk,
                code=code,
                name=name,
                is_open=status == Warehouse.Status.OPEN,
                stocked=level is not None,
                quantity=quantity or Decimal(0),
                own_low=low,
                own_high=high,
                low=product.low_threshold if low is None else low,
                high=product.high_threshold if high is None else high,
            )
        if held[0] is not None:
            place.parts.append(_part(held, day_in(zone, now)))
    return [place for place in places.values() if place.is_open or place.quantity]


def _part(held: Sequence[Any], today: date) -> Part:
    quantity, code, kind, lot, expires_on = held
    expired = expires_on is not None and expires_on < today
    return Part(quantity, code, kind, lot or "", expires_on, expired)


def products_in(location: Location) -> QuerySet[Product]:
    """Return the products of which something lies in the bin."""
    held = Holding.objects.filter(location=location).values("inventory__product")
    return Product.objects.filter(pk__in=held).select_related("unit")


@dataclass(frozen=True)
class InBin:
    """One product in a bin: how much in all, and of which lots."""

    product: Product
    quantity: Decimal
    parts: tuple[Part, ...]


def contents_of(location: Location, products: Iterable[Product], *, now: datetime) -> list[InBin]:
    """Return what lies in the bin of these products, with its lots; a product that has left meanwhile is left out.

    One query. The bin's warehouse comes with it (`select_related`), for its calendar day.
    """
    today = day_in(location.warehouse.time_zone, now)
    products = list(products)
    parts: dict[int, list[Part]] = {product.pk: [] for product in products}
    rows = (
        Holding.objects.filter(location=location, inventory__product__in=parts)
        .order_by(F("lot__expires_on").asc(nulls_last=True), "lot__number")
        .values_list("inventory__product_id", *HELD)
    )
    for product, *held in rows:
        parts[product].append(_part(held, today))
    return in_bin(products, parts)


def in_bin(products: Iterable[Product], parts: Mapping[int, Sequence[Part]]) -> list[InBin]:
    """Return these products with their parts, by product id; without those that have none."""
    return [
        InBin(product, sum((part.quantity for part in parts[product.pk]), Decimal(0)), tuple(parts[product.pk]))
        for product in products
        if parts[product.pk]
    ]
