"""Undoing: a new operation that points at the old one. History itself is never changed."""

from typing import Unpack

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stock import ledger
from stock.errors import NotReversible, Problem, Refused
from stock.ledger import Books, Draft, Slip, Touches
from stock.ledger.checks import location_problem, room_problem
from stock.ledger.takes import take_exactly
from stock.models import Operation, StockTransaction
from stock.queries.operations import rows_to_reverse, took_from_since

# A person reads this many reasons; the operations that are in the way are listed beside them.
MOST_SAID = 5


@ledger.verb
def reverse(*, operation: Operation, **slip: Unpack[Slip]) -> Operation:
    """Book the opposite of an operation, whole or not at all: same bins, lots and types, opposite signs.

    Reversing twice is the same as once: the second gets the first reversal. Raises NotReversible where the operation is
    itself a reversal, is older than its warehouse's limit of days, uses a bin that is not in use any more, or where its
    goods have moved on (then `later` names what took them, newest first); KeyReused, Busy.
    """
    rows = rows_to_reverse(operation)
    # What comes back is put before anything is taken, so that no level is below zero in between.
    lines = sorted(rows, key=lambda row: row.quantity > 0)
    warehouses = sorted({row.warehouse for row in rows}, key=lambda warehouse: warehouse.pk)
    slip.setdefault("reference", operation.reference)
    draft = Draft(kind=Operation.Kind.REVERSE, warehouse=operation.warehouse, reverses=operation, asked=[], **slip)
    try:
        return ledger.book(
            draft,
            lines,
            _undo,
            Touches(
                warehouses=warehouses,
                products=[row.product_id for row in rows],
                locations=[row.location_id for row in rows],
                adding_to=warehouses,
            ),
            doubts=lambda booked: _refuse_for_good(operation, booked),
        )
    except Refused as refused:
        later = took_from_since(
            operation, [lines[problem.line] for problem in refused.problems if problem.line is not None]
        )
        raise NotReversible(_why(refused), later) from refused


def _undo(books: Books, n: int, row: StockTransaction) -> Problem | None:
    problem = location_problem(n, books.locations.get(row.location_id), row.warehouse)
    if problem:
        return problem
    level = books.levels[row.product_id, row.warehouse_id]
    if row.quantity > 0:
        return take_exactly(books, level, n, row.location_id, row.location.code, row.lot_id, row.quantity, row.type)
    problem = room_problem(n, level, -row.quantity)
    if problem is None:
        books.put(level, books.locations[row.location_id], row.lot_id, -row.quantity, row.type)
    return problem


def _refuse_for_good(operation: Operation, booked: Operation) -> None:
    if operation.kind == Operation.Kind.REVERSE:
        raise NotReversible(_("This undid another operation. Book that one again instead."))
    limit = operation.warehouse.undo_limit_days
    if (booked.created - operation.created).days >= limit:
        text = ngettext(
            "This was booked more than %(limit)d day ago. Book a correction instead.",
            "This was booked more than %(limit)d days ago. Book a correction instead.",
            limit,
        )
        raise NotReversible(text % {"limit": limit})


def _why(refused: Refused) -> str:
    sentences = list(dict.fromkeys(problem.message for problem in refused.problems))
    more = len(sentences) - MOST_SAID
    if more > 0:
        rest = ngettext("%(more)d more line cannot be undone.", "%(more)d more lines cannot be undone.", more)
        sentences[MOST_SAID:] = [rest % {"more": more}]
    return " ".join(sentences)
