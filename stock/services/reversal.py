"""Undoing: a new operation that points at the old one. History itself is never changed."""

from collections.abc import Sequence
from itertools import product
from typing import Unpack
from uuid import uuid5

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stock import ledger
from stock.errors import NotReversible, Problem, Refused, StateMovedOn
from stock.ledger import Books, Draft, Slip, Touches, locks, transit
from stock.ledger.checks import location_problem, room_problem
from stock.ledger.takes import take_exactly
from stock.models import Operation, StockTransaction, Transfer, TransferEntry
from stock.queries.operations import (
    arrived_of,
    entries_to_reverse,
    rows_to_reverse,
    rows_to_reverse_of,
    standing_operations_of,
    took_from_since,
)

# A person reads this many reasons; the operations that are in the way are listed beside them.
MOST_SAID = 5


@ledger.verb
def reverse(*, operation: Operation, **slip: Unpack[Slip]) -> Operation:
    """Book the opposite of an operation, whole or not at all: same bins, lots and types, opposite signs.

    What it did to a transfer is taken back with it: the lines' figures and the transfer's state follow. Reversing twice
    is the same as once: the second gets the first reversal. Raises NotReversible where the operation is itself a
    reversal, is older than its warehouse's limit of days, uses a bin that is not in use any more, where its goods have
    moved on (then `later` names what took them, newest first), or where it is a sending of which something was received
    or written off; KeyReused, Busy.
    """
    return book_reversal(operation, slip)


@ledger.verb
def cancel_transfer(*, transfer: Transfer, version: int, **slip: Unpack[Slip]) -> Transfer:
    """Cancel a transfer as it stood in this `version`: a draft for good, a sending by bringing its goods back.

    Cancelling twice is the same as once. Raises StateMovedOn where it was changed, sent or received meanwhile, and
    NotReversible as `reverse`; KeyReused, Busy.
    """
    locked = transit.lock_transfer(transfer.pk)
    if locked.state == Transfer.State.CANCELLED:
        return locked
    if locked.version != version or locked.state == Transfer.State.CLOSED:
        words = {"transfer": str(locked)}
        raise StateMovedOn(_("%(transfer)s was changed, sent or received meanwhile. Open it again.") % words)
    if locked.state == Transfer.State.DRAFT:
        transit.cancel_draft(locked)
        return locked
    # The sending is the oldest operation that stands; where others do, it says which are in the way.
    book_reversal(standing_operations_of(locked)[-1], slip)
    locked.refresh_from_db()
    return locked


@ledger.verb
def undo_transfer(*, transfer: Transfer, **slip: Unpack[Slip]) -> list[Operation]:
    """Reverse every operation of a transfer that stands, the newest first: all in one transaction, or none.

    Each reversal has a key of its own, made from the one that was given. Undoing twice is the same as once. Raises
    NotReversible as `reverse`, and where the transfer was never sent; KeyReused, Busy.
    """
    locked = transit.lock_transfer(transfer.pk)
    if locked.state == Transfer.State.DRAFT:
        raise NotReversible(_("This was not sent yet. Cancel it instead."))
    operations = standing_operations_of(locked)
    # All of their levels are locked before the first is changed, so that no two people who book several operations at
    # once can wait for one another.
    rows = rows_to_reverse_of(operations)
    products, places = {row.product_id for row in rows}, {row.warehouse_id for row in rows}
    locks.hold(products, [row.location_id for row in rows], places, levels=product(products, places))
    keys = {operation.pk: uuid5(operation.pk, str(slip["key"])) for operation in operations}
    return [book_reversal(operation, Slip(**{**slip, "key": keys[operation.pk]})) for operation in operations]


def book_reversal(operation: Operation, slip: Slip, *, whole_count: bool = False) -> Operation:
    """Book the reversal of one operation within the transaction of a verb; of a count's only with the whole count.

    The transfer that it is part of is locked before the reversal is claimed: undoing a whole transfer claims several.
    """
    transfer = transit.lock_transfer(operation.transfer_id) if operation.transfer_id else None
    rows, entries = rows_to_reverse(operation), entries_to_reverse(operation) if transfer else []
    # What comes back is put before anything is taken, so that no level is below zero in between.
    ledger_lines = sorted(rows, key=lambda row: row.quantity > 0)
    lines: Sequence[StockTransaction | TransferEntry] = ledger_lines or entries
    warehouses = sorted({row.warehouse for row in rows}, key=lambda warehouse: warehouse.pk)
    slip = Slip(**{"reference": operation.reference, **slip})
    draft = Draft(
        kind=Operation.Kind.REVERSE,
        warehouse=operation.warehouse,
        reverses=operation,
        transfer=transfer,
        count=operation.count,
        asked=[],
        **slip,
    )
    back = [transit.Moved(entry.line_id, TransferEntry.Kind(entry.kind), -entry.quantity) for entry in entries]
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
            doubts=lambda booked: _refuse_for_good(operation, booked, whole_count=whole_count),
            then=lambda _books, booked: transit.post(booked, transfer, back) if transfer else None,
        )
    except Refused as refused:
        places = [ledger_lines[problem.line] for problem in refused.problems if problem.line is not None]
        raise NotReversible(_why(refused), took_from_since(operation, places)) from refused


def _undo(books: Books, n: int, row: StockTransaction | TransferEntry) -> Problem | None:
    if isinstance(row, TransferEntry):
        return None
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


def _refuse_for_good(operation: Operation, booked: Operation, *, whole_count: bool) -> None:
    if operation.kind == Operation.Kind.REVERSE:
        raise NotReversible(_("This undid another operation. Book that one again instead."))
    if operation.count_id and not whole_count:
        words = {"count": str(operation.count)}
        raise NotReversible(_("This is a part of count %(count)s. Undo the whole count on its page.") % words)
    limit = operation.warehouse.undo_limit_days
    if (booked.created - operation.created).days >= limit:
        text = ngettext(
            "This was booked more than %(limit)d day ago. Book a correction instead.",
            "This was booked more than %(limit)d days ago. Book a correction instead.",
            limit,
        )
        raise NotReversible(text % {"limit": limit})
    if operation.kind == Operation.Kind.SEND and (in_the_way := arrived_of(operation)):
        raise NotReversible(_("Some of this was received or written off already. Undo that first."), in_the_way)


def _why(refused: Refused) -> str:
    sentences = list(dict.fromkeys(problem.message for problem in refused.problems))
    more = len(sentences) - MOST_SAID
    if more > 0:
        rest = ngettext("%(more)d more line cannot be undone.", "%(more)d more lines cannot be undone.", more)
        sentences[MOST_SAID:] = [rest % {"more": more}]
    return " ".join(sentences)
