"""Goods from one place to another: between bins, and between warehouses."""

from collections.abc import Sequence
from typing import Unpack

from django.utils.translation import gettext as _

from stock import ledger
from stock.errors import BadLocation, BadOperation, Problem
from stock.ledger import Books, Draft, Slip, Touches
from stock.ledger.checks import line_problem, location_problem, room_problem
from stock.ledger.takes import take_fefo, take_from_bin
from stock.models import Operation, StockTransaction
from stock.services.lines import MoveLine, TransferLine
from warehouses.models import Location, Warehouse

TRANSFER = StockTransaction.Type.TRANSFER


@ledger.verb
def move(*, warehouse: Warehouse, lines: Sequence[MoveLine], **slip: Unpack[Slip]) -> Operation:
    """Book goods from bins into other bins of the same warehouse: rows that sum to 0, whole or not at all.

    Goods in quarantine and expired lots may be moved. Raises Refused with every bad line, KeyReused, Busy.
    """
    return ledger.book(
        Draft(
            kind=Operation.Kind.MOVE,
            warehouse=warehouse,
            asked=[(v.product.pk, v.quantity, v.source.pk, v.destination.pk, v.lot_number) for v in lines],
            **slip,
        ),
        lines,
        lambda books, n, line: _move(books, warehouse, n, line),
        Touches(
            warehouses=[warehouse],
            products=[v.product.pk for v in lines],
            locations=[bin.pk for v in lines for bin in (v.source, v.destination)],
        ),
    )


def _move(books: Books, warehouse: Warehouse, n: int, line: MoveLine) -> Problem | None:
    destination = books.locations.get(line.destination.pk)
    problem = (
        line_problem(n, books.products.get(line.product.pk), line.quantity)
        or location_problem(n, books.locations.get(line.source.pk), warehouse, "source")
        or location_problem(n, destination, warehouse, "destination")
    )
    if problem is None and line.source.pk == line.destination.pk:
        problem = BadLocation(line=n, field="destination", text=_("Choose a bin other than the one it lies in."))
    if problem or destination is None:
        return problem
    taken = take_from_bin(
        books,
        warehouse,
        n,
        line.product.pk,
        line.quantity,
        line.source,
        TRANSFER,
        lot_number=line.lot_number,
        one_lot=False,
    )
    for part in taken.parts:
        level = books.levels[line.product.pk, warehouse.pk]
        books.put(level, destination, part.lot_id, part.quantity, TRANSFER)
    return taken.problem


@ledger.verb
def transfer(
    *,
    warehouse: Warehouse,
    destination: Warehouse,
    lines: Sequence[TransferLine],
    lot_reason: str = "",
    **slip: Unpack[Slip],
) -> Operation:
    """Book goods out of `warehouse` and into `destination` at once; lines keep the lots that were taken (FEFO).

    Another lot by choice takes a `lot_reason`, which is kept. Raises Refused with every bad line, KeyReused, Busy.
    """
    lot_reason = lot_reason.strip() if any(line.lot_number for line in lines) else ""
    same = BadOperation(field="destination", text=_("Choose a warehouse other than the one it comes from."))
    return ledger.book(
        Draft(
            kind=Operation.Kind.TRANSFER,
            warehouse=warehouse,
            lot_reason=lot_reason,
            asked=[
                (destination.pk, v.product.pk, v.quantity, *(bin and bin.pk for bin in _bins(v)), v.lot_number)
                for v in lines
            ],
            **slip,
        ),
        lines,
        lambda books, n, line: _transfer(books, warehouse, destination, n, line, lot_reason),
        Touches(
            warehouses=[warehouse, destination],
            products=[v.product.pk for v in lines],
            locations=[bin.pk for v in lines for bin in _bins(v) if bin],
            adding_to=[destination],
        ),
        wrong=[same] if warehouse == destination else [],
    )


def _bins(line: TransferLine) -> tuple[Location | None, Location | None]:
    return line.source, line.destination


def _transfer(
    books: Books, warehouse: Warehouse, destination: Warehouse, n: int, line: TransferLine, lot_reason: str
) -> Problem | None:
    bin = books.locations.get(line.destination.pk) if line.destination else books.default_location(destination.pk)
    problem = line_problem(n, books.products.get(line.product.pk), line.quantity) or location_problem(
        n, bin, destination, "destination"
    )
    if problem is None and line.source is not None:
        problem = location_problem(n, books.locations.get(line.source.pk), warehouse, "source")
    if problem or bin is None:
        return problem
    level = books.levels[line.product.pk, destination.pk]
    problem = room_problem(n, level, line.quantity)
    if problem:
        return problem
    chosen = {"lot_number": line.lot_number, "lot_reason": lot_reason}
    taken = take_fefo(books, warehouse, n, line.product.pk, line.quantity, line.source, TRANSFER, **chosen)
    for part in taken.parts:
        books.put(level, bin, part.lot_id, part.quantity, TRANSFER)
    return taken.problem
