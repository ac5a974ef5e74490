"""The lines that the verbs take. Quantities are in the product's unit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog.models import Product
from stock.models import TransferLine as OnTheWay
from warehouses.models import Location


@dataclass(frozen=True, kw_only=True)
class ReceiveLine:
    """Goods from outside into a bin (None: the warehouse's default one); a lot where the product tracks lots.

    `expiry_suggested`: nobody has read `expires_on` off the goods, so that a lot on record keeps its own.
    """

    product: Product
    quantity: Decimal
    location: Location | None = None
    lot_number: str = ""
    expires_on: date | None = None
    expiry_suggested: bool = False


@dataclass(frozen=True, kw_only=True)
class ShipLine:
    """Goods out of the warehouse, first expired first; from a bin where one is named, of a lot where one is chosen."""

    product: Product
    quantity: Decimal
    location: Location | None = None
    lot_number: str = ""


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
    """Goods to another warehouse, first expired first, from and into a bin where one is named; a lot may be chosen."""

    product: Product
    quantity: Decimal
    source: Location | None = None
    destination: Location | None = None
    lot_number: str = ""


@dataclass(frozen=True, kw_only=True)
class ArriveLine:
    """Goods of a transfer's line that arrived, into a bin of its destination (None: the default one)."""

    line: OnTheWay
    quantity: Decimal
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class WriteOffLine:
    """Goods of a transfer's line that will not arrive."""

    line: OnTheWay
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class AdjustLine:
    """A correction of what lies in a bin: signed quantity, and the lot where the product tracks lots."""

    product: Product
    quantity: Decimal
    location: Location
    lot_number: str = ""
