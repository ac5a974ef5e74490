"""Taking goods off the Books: which holdings a line takes from, and what it is told where they do not suffice."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.formats import date_format
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
    *,
    lot_number: str = "",
    lot_reason: str = "",
) -> Taken:
    """Take goods that may leave, first expired first: by expiry (nulls last), lot number, bin code and id.

    From storage and shipping bins, or from the one bin that is named; never from quarantine, never an expired lot (the
    last good day is judged by the warehouse's own calendar). Where a person has chosen a lot, of that alone; it takes a
    `lot_reason` unless the whole warehouse would give that lot first anyway.
    """
    level = books.levels.get((product_id, warehouse.pk))
    today = books.today[warehouse.pk]
    lying = [p for p in level.parts if location is None or p.location_id == location.pk] if level else []
    place = location.code if location else warehouse.code
    if lot_number:
        lying = [part for part in lying if part.lot_number == lot_number and part.quantity]
        if problem := _unfit_lot(line, lot_number, lying, place, today):
            return Taken((), problem)
    usable = [part for part in lying if _may_leave(part, today, named=location is not None)]
    on_hand = sum((part.quantity for part in usable), ZERO)
    if lot_number:
        reason_due = on_hand >= wanted and not lot_reason.strip()
        if reason_due and (first := _goes_first(level, today, wanted, lot_number)):
            words = {"first": first.lot_number or _("without a number"), "lot": lot_number}
            text = _("Lot %(first)s goes first. Write why lot %(lot)s is taken instead.") % words
            return Taken((), BadLot(line=line, field="lot_reason", text=text))
        place = _("%(place)s, lot %(lot)s") % {"place": place, "lot": lot_number}
    expired = sum((part.quantity for part in lying if part.is_expired(today)), ZERO)
    return _take(books, level, line, product_id, usable, lying, wanted, place, type_, expired=expired)


def _may_leave(part: Part, today: date, *, named: bool) -> bool:
    """Say whether goods of this part may leave the warehouse; `named`: a person has named its bin."""
    fit = part.kind != Location.Kind.QUARANTINE if named else part.kind in PICKED
    return fit and not part.is_expired(today)


def _goes_first(level: Level | None, today: date, wanted: Decimal, lot_number: str) -> Part | None:
    """Return the first part of another lot that would be taken if nobody had chosen one; None where there is none."""
    for part in level.parts if level else []:
        if wanted <= 0:
            break
        if part.quantity and _may_leave(part, today, named=False):
            if part.lot_number != lot_number:
                return part
            wanted -= part.quantity
    return None


def _unfit_lot(line: int, lot_number: str, lying: Sequence[Part], place: str, today: date) -> Problem | None:
    """Say why a chosen lot cannot leave: it does not lie there, or it has expired."""
    words = {"lot": lot_number, "place": place}
    if not lying:
        text = _("Lot %(lot)s does not lie in %(place)s. Choose another, or leave it empty.") % words
        return BadLot(line=line, field="lot_number", text=text)
    if (day := lying[0].expires_on) is not None and day < today:
        words["day"] = date_format(day, "j M Y")
        text = _("Lot %(lot)s expired on %(day)s. Expired goods leave by Adjust, reason Expired.") % words
        return BadLot(line=line, field="lot_number", text=text)
    return None


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
    *,
    expired: Decimal = ZERO,
) -> Taken:
    on_hand = sum((part.quantity for part in usable), ZERO)
    if level is None or on_hand < wanted:
        blocked = sum((part.quantity for part in lying), ZERO) - on_hand
        sku = books.products[product_id].sku
        shared = level is not None and level.quantity < level.before
        short = InsufficientStock(
            line=line,
            sku=sku,
            place=place,
            wanted=wanted,
            on_hand=on_hand,
            blocked=blocked,
            expired=expired,
            shared=shared,
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
        sku = level.product.sku
        return InsufficientStock(line=line, sku=sku, place=location_code, wanted=wanted, on_hand=on_hand, given=True)
    books.take(level, parts, wanted, type_)
    return None
