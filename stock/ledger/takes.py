"""Taking goods off the Books: which holdings a line takes from, and what it is told where they do not suffice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from stock.errors import BadLot, InsufficientStock, Problem
from stock.ledger.books import PICKED, Books, Level, Part
from warehouses.models import Location, Warehouse

ZERO = Decimal(0)


class Taken(NamedTuple):
    """What a line took, part by part, or the problem that kept it from taking anything."""

    parts: Sequence[Part]
    problem: Problem | None


def take_fefo(
    books: Books,
    warehouse: Warehouse,
    line: int,
    product_id: int,
    wanted: Decimal,
    location: Location | None,
    type_: str,
) -> Taken:
    """Take goods that may leave, first expired first: by expiry (nulls last), lot number, bin code and id.

    From storage and shipping bins, or from the one bin that is named; never from quarantine, never an expired lot (the
    last good day is judged by the warehouse's own calendar).
    """
    level = books.levels.get((product_id, warehouse.pk))
    today = books.today[warehouse.pk]
    lying = [p for p in level.parts if location is None or p.location_id == location.pk] if level else []
    usable = [
        part
        for part in lying
        if not part.is_expired(today)
        and (part.kind in PICKED if location is None else part.kind != Location.Kind.QUARANTINE)
    ]
    return _take(
        books, level, line, product_id, usable, lying, wanted, location.code if location else warehouse.code, type_
    )


def take_from_bin(
    books: Books,
    warehouse: Warehouse,
    line: int,
    product_id: int,
    wanted: Decimal,
    location: Location,
    type_: str,
    *,
    lot_number: str = "",
    one_lot: bool = True,
) -> Taken:
    """Take whatever lies in one bin, expired or in quarantine too: of the lot that is named, else of the only one.

    Where several lots lie there and none is named, `one_lot` asks for a name; without it the first expired goes first.
    """
    level = books.levels.get((product_id, warehouse.pk))
    lying = [p for p in level.parts if p.location_id == location.pk and p.quantity] if level else []
    if lot_number:
        lying = [part for part in lying if part.lot_number == lot_number]
    elif one_lot and len({part.lot_id for part in lying}) > 1:
        lots = ", ".join(part.lot_number for part in lying if part.lot_number)
        text = _("Several lots lie in %(bin)s (%(lots)s). Enter the lot.") % {"bin": location.code, "lots": lots}
        return Taken((), BadLot(line=line, field="lot_number", text=text))
    return _take(books, level, line, product_id, lying, lying, wanted, location.code, type_)


def _take(
    books: Books,
    level: Level | None,
    line: int,
    product_id: int,
    usable: Sequence[Part],
    lying: Sequence[Part],
    wanted: Decimal,
    place: str,
    type_: str,
) -> Taken:
    on_hand = sum((part.quantity for part in usable), ZERO)
    if level is None or on_hand < wanted:
        blocked = sum((part.quantity for part in lying), ZERO) - on_hand
        sku = books.products[product_id].sku
        shared = level is not None and level.quantity < level.before
        short = InsufficientStock(
            line=line, sku=sku, place=place, wanted=wanted, on_hand=on_hand, blocked=blocked, shared=shared
        )
        return Taken((), short)
    return Taken(books.take(level, usable, wanted, type_), None)


def take_exactly(
    books: Books,
    level: Level,
    line: int,
    location_id: int,
    location_code: str,
    lot_id: int | None,
    wanted: Decimal,
    type_: str,
) -> Problem | None:
    """Take from one bin and lot, expired or not; say so where less than wanted is left there."""
    parts = [part for part in level.parts if (part.location_id, part.lot_id) == (location_id, lot_id)]
    on_hand = sum((part.quantity for part in parts), ZERO)
    if on_hand < wanted:
        return InsufficientStock(line=line, sku=level.product.sku, place=location_code, wanted=wanted, on_hand=on_hand)
    books.take(level, parts, wanted, type_)
    return None
