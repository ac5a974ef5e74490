"""Goods in, goods out, and corrections."""

from collections.abc import Sequence
from typing import Unpack

from django.utils.translation import gettext as _

from stock import ledger
from stock.errors import BadQuantity, Problem
from stock.ledger import Books, Draft, Slip, Touches
from stock.ledger.books import LocationRow
from stock.ledger.checks import line_problem, location_problem, lot_problem, reason_problems, room_problem
from stock.ledger.takes import take_fefo, take_from_bin
from stock.models import Operation, ReasonCode, StockTransaction
from stock.services.lines import AdjustLine, ReceiveLine, ShipLine
from warehouses.models import Warehouse

IN, OUT, ADJUST = StockTransaction.Type.IN, StockTransaction.Type.OUT, StockTransaction.Type.ADJUST


@ledger.verb
def receive(*, warehouse: Warehouse, lines: Sequence[ReceiveLine], **slip: Unpack[Slip]) -> Operation:
    """Book goods from outside into bins of the warehouse, whole or not at all; a lot that has expired comes in too.

    Raises Refused with every bad line, KeyReused, Busy.
    """
    return ledger.book(
        Draft(
            kind=Operation.Kind.RECEIVE,
            warehouse=warehouse,
            asked=[(v.product.pk, v.quantity, v.location and v.location.pk, v.lot_number, v.expires_on) for v in lines],
            **slip,
        ),
        lines,
        lambda books, n, line: _receive(books, warehouse, n, line),
        Touches(
            warehouses=[warehouse],
            products=[v.product.pk for v in lines],
            locations=[v.location.pk for v in lines if v.location],
            adding_to=[warehouse],
            lots=[(v.product.pk, v.lot_number, v.expires_on) for v in lines if v.lot_number],
        ),
    )


def _receive(books: Books, warehouse: Warehouse, n: int, line: ReceiveLine) -> Problem | None:
    product = books.products.get(line.product.pk)
    bin = books.locations.get(line.location.pk) if line.location else books.default_location(warehouse.pk)
    read = None if line.expiry_suggested else line.expires_on
    problem = (
        line_problem(n, product, line.quantity)
        or location_problem(n, bin, warehouse)
        or lot_problem(books, n, line.product.pk, line.lot_number, read)
    )
    return problem or _put(books, warehouse, n, line, bin, IN)


@ledger.verb
def ship(*, warehouse: Warehouse, lines: Sequence[ShipLine], lot_reason: str = "", **slip: Unpack[Slip]) -> Operation:
    """Book goods out of the warehouse, first expired first (FEFO), whole or not at all.

    Takes from storage and shipping bins, or from the one bin that a line names; never from quarantine, never an expired
    lot. A lot that was chosen on a line and is not the one that goes first takes a `lot_reason`, which is kept. Raises
    Refused with every bad line (InsufficientStock where too little lies there), KeyReused, Busy.
    """
    lot_reason = lot_reason.strip() if any(line.lot_number for line in lines) else ""

    def plan(books: Books, n: int, line: ShipLine) -> Problem | None:
        problem = line_problem(n, books.products.get(line.product.pk), line.quantity)
        if problem is None and line.location is not None:
            problem = location_problem(n, books.locations.get(line.location.pk), warehouse)
        return problem or _leave(books, warehouse, n, line, lot_reason)

    return ledger.book(
        Draft(
            kind=Operation.Kind.SHIP,
            warehouse=warehouse,
            asked=[(v.product.pk, v.quantity, v.location and v.location.pk, v.lot_number) for v in lines],
            lot_reason=lot_reason,
            **slip,
        ),
        lines,
        plan,
        Touches(
            warehouses=[warehouse],
            products=[v.product.pk for v in lines],
            locations=[v.location.pk for v in lines if v.location],
        ),
    )


def _leave(books: Books, warehouse: Warehouse, n: int, line: ShipLine, lot_reason: str) -> Problem | None:
    chosen = {"lot_number": line.lot_number, "lot_reason": lot_reason}
    return take_fefo(books, warehouse, n, line.product.pk, line.quantity, line.location, OUT, **chosen).problem


@ledger.verb
def adjust(*, warehouse: Warehouse, lines: Sequence[AdjustLine], reason: ReasonCode, **slip: Unpack[Slip]) -> Operation:
    """Correct what lies in bins by signed quantities, for a reason; the way out for expired lots.

    Raises Refused with every bad line, or where the reason is out of use, points the other way or asks for a note;
    KeyReused, Busy.
    """
    return ledger.book(
        Draft(
            kind=Operation.Kind.ADJUST,
            warehouse=warehouse,
            reason=reason,
            asked=[(v.product.pk, v.quantity, v.location.pk, v.lot_number) for v in lines],
            **slip,
        ),
        lines,
        lambda books, n, line: _adjust(books, warehouse, n, line),
        Touches(
            warehouses=[warehouse],
            products=[v.product.pk for v in lines],
            locations=[v.location.pk for v in lines],
            adding_to=[warehouse],
            lots=[(v.product.pk, v.lot_number, None) for v in lines if v.lot_number and v.quantity > 0],
        ),
        wrong=_reason_problems(reason, lines, slip.get("note", "")),
    )


def _adjust(books: Books, warehouse: Warehouse, n: int, line: AdjustLine) -> Problem | None:
    bin = books.locations.get(line.location.pk)
    problem = line_problem(n, books.products.get(line.product.pk), line.quantity, signed=True) or location_problem(
        n, bin, warehouse
    )
    if problem:
        return problem
    if line.quantity < 0:
        return take_from_bin(
            books, warehouse, n, line.product.pk, -line.quantity, line.location, ADJUST, lot_number=line.lot_number
        ).problem
    return lot_problem(books, n, line.product.pk, line.lot_number, None) or _put(books, warehouse, n, line, bin, ADJUST)


def _put(
    books: Books, warehouse: Warehouse, n: int, line: ReceiveLine | AdjustLine, bin: LocationRow | None, type_: str
) -> Problem | None:
    level = books.levels[line.product.pk, warehouse.pk]
    problem = room_problem(n, level, line.quantity)
    if problem is None and bin is not None:
        lot = books.lots[line.product.pk, line.lot_number].id if line.lot_number else None
        books.put(level, bin, lot, line.quantity, type_)
    return problem


def _reason_problems(reason: ReasonCode, lines: Sequence[AdjustLine], note: str) -> list[Problem]:
    problems = reason_problems(reason, note)
    wrong_way = {reason.Direction.IN: -1, reason.Direction.OUT: 1}.get(reason.Direction(reason.direction), 0)
    for n, line in enumerate(lines):
        if line.quantity * wrong_way > 0:
            text = (
                _("%(reason)s takes away: enter a quantity below 0.")
                if wrong_way > 0
                else _("%(reason)s adds: enter a quantity above 0.")
            ) % {"reason": reason.name}
            problems.append(BadQuantity(line=n, field="quantity", text=text))
    return problems
