"""What helps against an alert: where goods could come from, and what lies where of the product that it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from catalog.models import Product
from stock.models import level_state
from stock.models.inventory import State, margin
from stock.queries.holdings import Place, places_of
from stock.queries.transfers import on_the_way
from warehouses.models import Location, Warehouse, WarehouseQuerySet

MOST_GIVERS = 3
# From where goods are taken when nobody names a bin.
PICKED = (Location.Kind.STORAGE, Location.Kind.SHIPPING)


@dataclass(frozen=True)
class Giver:
    """A warehouse that can help out: with how much (in the product's unit), and what it has on hand."""

    code: str
    name: str
    quantity: Decimal
    on_hand: Decimal


@dataclass(frozen=True)
class Situation:
    """The product's place in the alert's warehouse, how much more would mend it, and who could give that.

    `coming` is what is on the way there already; `wanted` is what that leaves to be found.
    """

    place: Place | None
    coming: Decimal
    wanted: Decimal
    givers: list[Giver]


def situation_of(product: Product, warehouse: Warehouse, others: Iterable[Warehouse], *, now: datetime) -> Situation:
    """Return what there is of the product here and, where it is short, which of the others could give, most first.

    What is wanted brings the level, with what is on the way already, back above its threshold and margin, which ends
    the incident; no giver falls to within its own. Expired goods and those in quarantine are no help. Two queries;
    `others` may hold the warehouse too.
    """
    known = {each.pk: each for each in (*others, warehouse)}
    places = {each.warehouse_id: each for each in places_of(product, _of(known), now=now)}
    here = places.pop(warehouse.pk, None)
    step = Decimal(1).scaleb(-product.unit.decimals)
    found = on_the_way(product, [warehouse], now).get(warehouse.pk)
    coming = found.quantity if found else Decimal(0)
    if here is None or here.low is None or level_state(here.quantity, here.low, None) == State.OK:
        return Situation(here, coming, Decimal(0), [])
    wanted = _safe(here.low, warehouse, product) + step - here.quantity - coming
    if wanted <= 0:
        return Situation(here, coming, Decimal(0), [])
    spare = {pk: _spare(place, known[pk], product) for pk, place in places.items()}
    plenty = sorted((pk for pk in places if spare[pk] >= step), key=lambda pk: (-spare[pk], places[pk].code))
    givers = [
        Giver(places[pk].code, places[pk].name, min(spare[pk], wanted), places[pk].quantity)
        for pk in plenty[:MOST_GIVERS]
    ]
    return Situation(here, coming, wanted, givers)


def _of(known: dict[int, Warehouse]) -> WarehouseQuerySet:
    return Warehouse.objects.filter(pk__in=known)


def _safe(low: Decimal, warehouse: Warehouse, product: Product) -> Decimal:
    return low + margin(low, warehouse, product.unit.decimals)


def _spare(place: Place, warehouse: Warehouse, product: Product) -> Decimal:
    """Return how much a warehouse can give and stay above its low threshold and margin."""
    good = sum((each.quantity for each in place.parts if each.kind in PICKED and not each.expired), Decimal(0))
    if place.low is None:
        return good
    step = Decimal(1).scaleb(-product.unit.decimals)
    return min(good, place.quantity - _safe(place.low, warehouse, product) - step)
