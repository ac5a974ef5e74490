"""What a line of an operation shows about its product: on hand here, where that lies, its packs."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F

from catalog.models import Barcode, Lot
from stock.models import Holding
from stock.queries.levels import NOTHING, Shown, levels
from warehouses.models import Location, Warehouse

ONE = Decimal(1)


class Lying(NamedTuple):
    """A quantity of one lot in one bin, in the product's unit."""

    location_id: int
    lot_id: int | None
    bin: str
    kind: str
    lot: str
    expires_on: date | None
    quantity: Decimal


@dataclass
class Goods:
    """A product as it stands in one warehouse: its level, its holdings first expired first, and its pack quantities."""

    level: Shown = NOTHING
    lying: list[Lying] = field(default_factory=list)
    packs: list[Decimal] = field(default_factory=list)

    @property
    def only_place(self) -> Lying | None:
        """The one bin in which all of it lies; None where it lies in several, or nowhere."""
        return self.lying[0] if len({part.bin for part in self.lying}) == 1 else None

    @property
    def largest_place(self) -> Lying | None:
        """The bin where it is stored most; nobody puts goods away into quarantine without being told to."""
        stored = [part for part in self.lying if part.kind == Location.Kind.STORAGE]
        return max(stored, key=lambda part: part.quantity, default=None)


def goods_here(products: Collection[int], warehouse: Warehouse) -> dict[int, Goods]:
    """Return what lines show, by product id: one question to the cache and at most three queries."""
    found = {pk: Goods() for pk in products}
    if not found:
        return found
    for (pk, _warehouse), shown in levels(list(found), [warehouse.pk]).items():
        found[pk].level = shown
    holdings = (
        Holding.objects.filter(inventory__product__in=found, inventory__warehouse=warehouse, quantity__gt=0)
        .order_by(F("lot__expires_on").asc(nulls_last=True), "lot__number", "location__code", "pk")
        .values_list(
            "inventory__product_id",
            "location_id",
            "lot_id",
            "location__code",
            "location__kind",
            "lot__number",
            "lot__expires_on",
            "quantity",
        )
    )
    for pk, location, lot_id, place, kind, lot, expires_on, quantity in holdings:
        found[pk].lying.append(Lying(location, lot_id, place, kind, lot or "", expires_on, quantity))
    packs = Barcode.objects.filter(product__in=found).exclude(pack_quantity=ONE)
    for pk, pack in packs.order_by("pack_quantity").distinct().values_list("product_id", "pack_quantity"):
        found[pk].packs.append(pack)
    return found


def known_lots(wanted: Collection[tuple[int, str]]) -> dict[tuple[int, str], date | None]:
    """Return the expiry on record of each (product id, lot number) that is known. One query, none where none is asked.

    Lots that only share a number or a product with one asked for come along unread.
    """
    if not wanted:
        return {}
    products, numbers = {product for product, _ in wanted}, {number for _, number in wanted}
    lots = Lot.objects.filter(product__in=products, number__in=numbers).order_by()
    found = lots.values_list("product_id", "number", "expires_on")
    return {(product, number): day for product, number, day in found if (product, number) in wanted}
