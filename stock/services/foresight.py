"""What a line would take, before anybody books it: found by the function that books, on levels that are not locked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from catalog.models import Product
from stock.errors import Problem
from stock.ledger.books import Books, Level, Part, ProductRow
from stock.ledger.takes import take_fefo
from stock.models import StockTransaction
from stock.queries.lines import Goods
from warehouses.models import Location, Warehouse

OUT, ZERO = StockTransaction.Type.OUT, Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """So much of a product that is to leave: from the bin of this code, and of this lot, where one is named."""

    product: Product
    quantity: Decimal
    bin: str = ""
    lot_number: str = ""


class Foreseen(NamedTuple):
    """What a line would take, part by part, or else its problem; and what lies there, but has expired."""

    parts: Sequence[Part]
    problem: Problem | None
    expired: Sequence[Part]


def foresee(
    *, warehouse: Warehouse, lines: Sequence[Wanted], goods: Mapping[int, Goods], today: date, lot_reason: str = ""
) -> list[Foreseen]:
    """Return what each line would take of these goods if all were booked in their order, as of now. No query.

    Nothing is locked and nothing written: others may book in between, and then the booking decides anew.
    """
    levels = {
        (line.product.pk, warehouse.pk): _level(line.product, warehouse, goods[line.product.pk]) for line in lines
    }
    books = Books(
        products={level.product.id: level.product for level in levels.values()},
        locations={},
        levels=levels,
        lots={},
        today={warehouse.pk: today},
    )
    return [_foresee(books, warehouse, n, line, lot_reason) for n, line in enumerate(lines)]


def _foresee(books: Books, warehouse: Warehouse, n: int, line: Wanted, lot_reason: str) -> Foreseen:
    level = books.levels[line.product.pk, warehouse.pk]
    location = _location(line.bin, level.parts) if line.bin else None
    lying = [part for part in level.parts if location is None or part.location_id == location.pk]
    expired = [
        part
        for part in lying
        if part.is_expired(books.today[warehouse.pk]) and line.lot_number in ("", part.lot_number)
    ]
    chosen = {"lot_number": line.lot_number, "lot_reason": lot_reason}
    taken = take_fefo(books, warehouse, n, line.product.pk, line.quantity, location, OUT, **chosen)
    return Foreseen(taken.parts, taken.problem, expired)


def _location(code: str, parts: Sequence[Part]) -> Location:
    """Return the bin of this code; where nothing of the product lies in it, it is not asked for more than its code."""
    id_ = next((part.location_id for part in parts if part.location_code.upper() == code.upper()), None)
    return Location(pk=id_, code=code)


def _level(product: Product, warehouse: Warehouse, goods: Goods) -> Level:
    return Level(
        id=product.pk,
        product=ProductRow(
            product.pk,
            product.sku,
            product.name,
            product.status,
            product.tracks_lots,
            product.low_threshold,
            product.high_threshold,
            product.unit.code,
            product.unit.decimals,
        ),
        warehouse=warehouse,
        quantity=(quantity := sum((part.quantity for part in goods.lying), ZERO)),
        low=None,
        high=None,
        version=0,
        parts=[
            Part(None, p.location_id, p.bin, p.kind, p.lot_id, p.lot, p.expires_on, p.quantity) for p in goods.lying
        ],
        before=quantity,
    )
