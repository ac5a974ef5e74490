"""The locked levels of one operation, in memory: what lies where, what it takes and puts, and what that adds up to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from catalog.models import BEYOND, Product
from stock.ledger.lots import LotRow
from warehouses.models import Location, Warehouse

# FEFO takes from these; goods in receiving are not put away yet, goods in quarantine stay.
PICKED = (Location.Kind.STORAGE, Location.Kind.SHIPPING)


class ProductRow(NamedTuple):
    """A product as locked: its status is the one that counts."""

    id: int
    sku: str
    name: str
    status: str
    tracks_lots: bool
    low: Decimal | None
    high: Decimal | None
    unit: str
    decimals: int


class LocationRow(NamedTuple):
    """A bin as locked: its status is the one that counts."""

    id: int
    warehouse_id: int
    code: str
    kind: str
    status: str
    is_default: bool
    warehouse_status: str


@dataclass
class Part:
    """A holding: `quantity` of one lot in one bin. `id` is None until it is stored."""

    id: int | None
    location_id: int
    location_code: str
    kind: str
    lot_id: int | None
    lot_number: str
    expires_on: date | None
    quantity: Decimal
    changed: bool = False

    def is_expired(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today


@dataclass
class Level:
    """An Inventory row under its lock, with its holdings in FEFO order. Quantities in the product's unit."""

    id: int
    product: ProductRow
    warehouse: Warehouse
    quantity: Decimal
    low: Decimal | None
    high: Decimal | None
    version: int
    parts: list[Part] = field(default_factory=list)
    before: Decimal = Decimal(0)

    @property
    def low_in_force(self) -> Decimal | None:
        """The Inventory's own threshold, else the product's default; none for a product that is out of use."""
        if self.product.status != Product.Status.ACTIVE:
            return None
        return self.product.low if self.low is None else self.low

    @property
    def high_in_force(self) -> Decimal | None:
        """As `low_in_force`."""
        if self.product.status != Product.Status.ACTIVE:
            return None
        return self.product.high if self.high is None else self.high


class Entry(NamedTuple):
    """A line of the ledger that is about to be written."""

    level: Level
    location_id: int
    lot_id: int | None
    type: str
    quantity: Decimal
    balance_after: Decimal


@dataclass
class Books:
    """What an operation holds locked, and the entries it makes. Nothing here is below zero at any moment."""

    products: dict[int, ProductRow]
    locations: dict[int, LocationRow]
    levels: dict[tuple[int, int], Level]
    lots: dict[tuple[int, str], LotRow]
    today: dict[int, date]
    entries: list[Entry] = field(default_factory=list)

    def default_location(self, warehouse_id: int) -> LocationRow | None:
        return next(
            (bin for bin in self.locations.values() if bin.warehouse_id == warehouse_id and bin.is_default), None
        )

    def take(self, level: Level, parts: Iterable[Part], wanted: Decimal, type_: str) -> list[Part]:
        """Take `wanted` from these parts in their order and return what was taken, part by part.

        The caller has seen that they hold enough.
        """
        taken = []
        for part in parts:
            quantity = min(part.quantity, wanted)
            if quantity <= 0:
                continue
            part.quantity -= quantity
            part.changed = True
            wanted -= quantity
            self._enter(level, part.location_id, part.lot_id, type_, -quantity)
            taken.append(
                Part(
                    None,
                    part.location_id,
                    part.location_code,
                    part.kind,
                    part.lot_id,
                    part.lot_number,
                    part.expires_on,
                    quantity,
                )
            )
        assert wanted <= 0, "take() was asked for more than the parts hold"
        return taken

    def put(self, level: Level, location: LocationRow, lot_id: int | None, quantity: Decimal, type_: str) -> None:
        """Put `quantity` of a lot into a bin; `fits` must have said yes."""
        part = next((p for p in level.parts if (p.location_id, p.lot_id) == (location.id, lot_id)), None)
        if part is None:
            part = Part(None, location.id, location.code, location.kind, lot_id, "", None, Decimal(0))
            level.parts.append(part)
        part.quantity += quantity
        part.changed = True
        self._enter(level, location.id, lot_id, type_, quantity)

    @staticmethod
    def fits(level: Level, quantity: Decimal) -> bool:
        """Say whether the level stays within what the books can hold."""
        return level.quantity + quantity < BEYOND

    def _enter(self, level: Level, location_id: int, lot_id: int | None, type_: str, quantity: Decimal) -> None:
        level.quantity += quantity
        self.entries.append(Entry(level, location_id, lot_id, type_, quantity, level.quantity))
