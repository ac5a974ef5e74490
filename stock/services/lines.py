"""The lines that the verbs take. Quantities are in the product's unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.models import Product
from warehouses.models import Location


@dataclass(frozen=True, kw_only=True)
class ReceiveLine:
    """Goods from outside into a bin (None: the warehouse's default one); a lot where the product tracks lots."""

    product: Product
    quantity: Decimal
    location: Location | None = None
    lot_number: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ShipLine:
    """Goods out of the warehouse, first expired first, from one bin where one is named."""

    product: Product
    quantity: Decimal
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class MoveLine:
    """Goods from one bin to another of the same warehouse, first expired first unless a lot is named."""

    product: Product
    quantity: Decimal
    source: Location
    destination: Location
    lot_number: str = ""


@dataclass(frozen=True, kw_only=True)
class TransferLine:
    """Goods to another warehouse, first expired first, from and into a bin where one is named."""

    product: Product
    quantity: Decimal
    source: Location | None = None
    destination: Location | None = None


@dataclass(frozen=True, kw_only=True)
class AdjustLine:
    """A correction of what lies in a bin: signed quantity, and the lot where the product tracks lots."""

    product: Product
    quantity: Decimal
    location: Location
    lot_number: str = ""
