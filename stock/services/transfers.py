"""Transfers with two legs: prepared, sent, received in one or more parts, and what is missing written off."""

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Unpack

from django.utils.translation import gettext as _

from catalog.models import Lot
from inventory_site.web.quantity import format_quantity
from stock import ledger
from stock.errors import BadLocation, BadLot, BadOperation, BadQuantity, KeyReused, Problem, Refused, StateMovedOn
from stock.ledger import Books, Draft, Slip, Touches, locks, transit
from stock.ledger.checks import (
    MOST_LINES,
    line_problem,
    location_problem,
    operation_problems,
    reason_problems,
    room_problem,
)
from stock.ledger.takes import take_fefo
from stock.models import Operation, ReasonCode, StockTransaction, Transfer, TransferEntry
from stock.services.lines import ArriveLine, TransferLine, WriteOffLine
from warehouses.models import Warehouse

TRANSFER = StockTransaction.Type.TRANSFER
RECEIVED, WRITTEN_OFF = TransferEntry.Kind.RECEIVED, TransferEntry.Kind.WRITTEN_OFF


@ledger.verb
def draft_transfer(
    *,
    warehouse: Warehouse,
    destination: Warehouse,
    lines: Sequence[TransferLine],
    transfer: Transfer | None = None,
    version: int | None = None,
    lot_reason: str = "",
    **slip: Unpack[Slip],
) -> Transfer:
    """Keep what is to be sent, in a new draft or in the place of what `transfer` said in this `version`.

    Nothing is taken and nothing reserved: sending judges what lies there. The same under the same key is kept once.
    Raises Refused with every bad line, StateMovedOn where the draft was sent, changed or cancelled meanwhile,
    KeyReused, Busy.
    """
    head = _head(destination, lot_reason.strip(), slip)
    digest = _digest(warehouse, head, lines, slip)
    if transfer is None:
        _refuse_the_same(warehouse, destination)
        draft = transit.claim_transfer(
            key=slip["key"], source=warehouse, destination=destination, by=slip["by"], digest=digest
        )
        if draft.digest != digest:
            raise KeyReused
        if draft.version:
            return draft
    else:
        draft = transit.lock_transfer(transfer.pk)
        if draft.digest == digest:
            return draft
        _refuse_unless_draft(draft, warehouse, version)
        _refuse_the_same(warehouse, destination)
    found = _judge_draft(warehouse, destination, lines)
    if slip.get("rehearse"):
        raise Refused([])
    transit.write_draft(draft, head, found, digest)
    return draft


def _judge_draft(
    warehouse: Warehouse, destination: Warehouse, lines: Sequence[TransferLine]
) -> list[transit.DraftLine]:
    """Return what is kept of these lines; raises Refused with every bad one."""
    bins = [line.source.pk for line in lines if line.source]
    products, locations, _levels = locks.hold([line.product.pk for line in lines], bins, [warehouse.pk])
    named = Lot.objects.filter(
        product__in={line.product.pk for line in lines}, number__in={line.lot_number for line in lines} - {""}
    )
    lots = {(lot.product_id, lot.number): lot.pk for lot in named}
    problems = operation_problems(len(lines), warehouse, destination, most=MOST_LINES)
    for n, line in enumerate(lines):
        problem = line_problem(n, products.get(line.product.pk), line.quantity) or _no_bin_there(n, line)
        if problem is None and line.source is not None:
            problem = location_problem(n, locations.get(line.source.pk), warehouse, "source")
        if problem is None and line.lot_number and (line.product.pk, line.lot_number) not in lots:
            words = {"sku": line.product.sku, "lot": line.lot_number}
            problem = BadLot(line=n, field="lot_number", text=_("%(sku)s has no lot %(lot)s.") % words)
        problems += [problem] if problem else []
    if problems:
        raise Refused(problems)
    return [
        transit.DraftLine(
            line.product.pk,
            lots.get((line.product.pk, line.lot_number)),
            line.source.pk if line.source else None,
            line.quantity,
        )
        for line in lines
    ]


@ledger.verb
def send_transfer(
    *,
    warehouse: Warehouse,
    destination: Warehouse,
    lines: Sequence[TransferLine],
    transfer: Transfer | None = None,
    version: int | None = None,
    lot_reason: str = "",
    **slip: Unpack[Slip],
) -> Operation:
    """Send goods on their way: out of `warehouse`, first expired first, whole or not at all.

    From a draft (`transfer` in this `version`) or at once. The transfer keeps one line a product and lot it took;
    on the way the goods are on no level. Another lot by choice takes a `lot_reason`, which is kept. Raises Refused with
    every bad line, StateMovedOn where the draft was sent, changed or cancelled meanwhile; KeyReused, Busy.
    """
    _refuse_the_same(warehouse, destination)
    lot_reason = lot_reason.strip() if any(line.lot_number for line in lines) else ""
    claim = partial(transit.claim_transfer, source=warehouse, destination=destination)
    going = transfer or claim(key=slip["key"], by=slip["by"])
    head = _head(destination, lot_reason, slip)

    def doubts(_operation: Operation) -> None:
        if transfer is not None:
            _refuse_unless_draft(transit.lock_transfer(transfer.pk), warehouse, version)
        elif going.version:
            raise KeyReused
        if not transit.is_open_for_goods(destination):
            text = _("%(code)s is closed.") % {"code": destination.code}
            raise Refused([BadOperation(field="destination", text=text)])

    return ledger.book(
        Draft(
            kind=Operation.Kind.SEND,
            warehouse=warehouse,
            transfer=going,
            lot_reason=lot_reason,
            asked=[(destination.pk, *_asked(line)) for line in lines],
            **slip,
        ),
        lines,
        lambda books, n, line: _send(books, warehouse, n, line, lot_reason),
        Touches(
            warehouses=[warehouse],
            products=[line.product.pk for line in lines],
            locations=[line.source.pk for line in lines if line.source],
        ),
        doubts=doubts,
        then=lambda books, operation: transit.post_sending(books, operation, going, head),
    )


def _send(books: Books, warehouse: Warehouse, n: int, line: TransferLine, lot_reason: str) -> Problem | None:
    problem = line_problem(n, books.products.get(line.product.pk), line.quantity) or _no_bin_there(n, line)
    if problem is None and line.source is not None:
        problem = location_problem(n, books.locations.get(line.source.pk), warehouse, "source")
    if problem:
        return problem
    chosen = {"lot_number": line.lot_number, "lot_reason": lot_reason}
    return take_fefo(books, warehouse, n, line.product.pk, line.quantity, line.source, TRANSFER, **chosen).problem


@ledger.verb
def receive_transfer(*, transfer: Transfer, lines: Sequence[ArriveLine], **slip: Unpack[Slip]) -> Operation:
    """Receive a part of what is on the way, or all of it, into bins of the destination, whole or not at all.

    The transfer closes by itself once nothing is on the way any more. Raises Refused with every bad line, above all
    where more is received than is on the way; StateMovedOn where nothing is; KeyReused, Busy.
    """
    place = transfer.destination
    waiting: dict[int, transit.Waiting] = {}

    def plan(books: Books, n: int, line: ArriveLine) -> Problem | None:
        bin = books.locations.get(line.location.pk) if line.location else books.default_location(place.pk)
        problem = _too_much(books, waiting, n, line) or location_problem(n, bin, place)
        if problem or bin is None:
            return problem
        level = books.levels[line.line.product_id, place.pk]
        problem = room_problem(n, level, line.quantity)
        if problem is None:
            books.put(level, bin, waiting[line.line.pk].lot_id, line.quantity, TRANSFER)
            _arrived(waiting, line)
        return problem

    return ledger.book(
        Draft(
            kind=Operation.Kind.ARRIVE,
            warehouse=place,
            transfer=transfer,
            asked=[(v.line.pk, v.quantity, v.location and v.location.pk) for v in lines],
            **slip,
        ),
        lines,
        plan,
        Touches(
            warehouses=[place],
            products=[v.line.product_id for v in lines],
            locations=[v.location.pk for v in lines if v.location],
            adding_to=[place],
        ),
        doubts=lambda _operation: waiting.update(_on_the_way(transfer)),
        then=lambda _books, operation: transit.post(operation, transfer, _moved(lines, RECEIVED)),
    )


@ledger.verb
def write_off_transfer(
    *, transfer: Transfer, lines: Sequence[WriteOffLine], reason: ReasonCode, **slip: Unpack[Slip]
) -> Operation:
    """Write off what will not arrive, as shrinkage of the destination: entries of the transfer, no ledger rows.

    The transfer closes by itself once nothing is on the way any more. Raises Refused with every bad line, or where the
    reason is out of use, is none of loss or asks for a note; StateMovedOn where nothing is on the way; KeyReused, Busy.
    """
    waiting: dict[int, transit.Waiting] = {}

    def plan(books: Books, n: int, line: WriteOffLine) -> Problem | None:
        problem = _too_much(books, waiting, n, line)
        if problem is None:
            _arrived(waiting, line)
        return problem

    wrong = reason_problems(reason, slip.get("note", ""))
    if not (reason.direction == reason.Direction.OUT or reason.counts_as_loss):
        text = _("Choose a reason that takes away: what is written off does not arrive.")
        wrong.append(BadOperation(field="reason", text=text))
    return ledger.book(
        Draft(
            kind=Operation.Kind.WRITE_OFF,
            warehouse=transfer.destination,
            transfer=transfer,
            reason=reason,
            asked=[(line.line.pk, line.quantity) for line in lines],
            **slip,
        ),
        lines,
        plan,
        Touches(warehouses=[transfer.destination], products=[line.line.product_id for line in lines]),
        wrong=wrong,
        doubts=lambda _operation: waiting.update(_on_the_way(transfer)),
        then=lambda _books, operation: transit.post(operation, transfer, _moved(lines, WRITTEN_OFF)),
    )


def _on_the_way(transfer: Transfer) -> dict[int, transit.Waiting]:
    """Return the transfer's lines under its lock; raises StateMovedOn where nothing is on the way."""
    locked = transit.lock_transfer(transfer.pk)
    if locked.state != Transfer.State.SENT:
        words = {"transfer": str(locked), "state": locked.get_state_display().lower()}
        raise StateMovedOn(_("%(transfer)s is %(state)s: nothing of it is on the way. Open it again.") % words)
    return transit.waiting_lines(locked)


def _too_much(
    books: Books, waiting: dict[int, transit.Waiting], n: int, line: ArriveLine | WriteOffLine
) -> Problem | None:
    """Say what is wrong with a quantity that leaves the way, if anything is."""
    there = waiting.get(line.line.pk)
    if there is None or there.product_id != line.line.product_id:
        return BadQuantity(line=n, field="quantity", text=_("This is no line of the transfer."))
    if problem := line_problem(n, books.products.get(there.product_id), line.quantity):
        return problem
    if line.quantity <= there.in_transit:
        return None
    words = {"sku": books.products[there.product_id].sku, "left": format_quantity(there.in_transit)}
    if isinstance(line, WriteOffLine):
        text = _("Only %(left)s of %(sku)s are on the way. Enter %(left)s or less.")
    elif there.in_transit:
        text = _(
            "Only %(left)s of %(sku)s are on the way. Enter %(left)s or less, "
            "and book the rest as an adjustment: found."
        )
    else:
        text = _("Nothing of %(sku)s is on the way any more. Book it as an adjustment: found.")
    return BadQuantity(line=n, field="quantity", text=text % words)


def _arrived(waiting: dict[int, transit.Waiting], line: ArriveLine | WriteOffLine) -> None:
    there = waiting[line.line.pk]
    waiting[line.line.pk] = there._replace(in_transit=there.in_transit - line.quantity)


def _moved(lines: Sequence[ArriveLine | WriteOffLine], kind: TransferEntry.Kind) -> list[transit.Moved]:
    """Return one entry a line of the transfer, whatever number of bins it went to."""
    sums: dict[int, Decimal] = {}
    for line in lines:
        sums[line.line.pk] = sums.get(line.line.pk, Decimal(0)) + line.quantity
    return [transit.Moved(pk, kind, quantity) for pk, quantity in sums.items()]


def _head(destination: Warehouse, lot_reason: str, slip: Slip) -> transit.Head:
    reference, note = slip.get("reference", ""), slip.get("note", "")
    return transit.Head(destination=destination, reference=reference, note=note, lot_reason=lot_reason)


def _refuse_the_same(warehouse: Warehouse, destination: Warehouse) -> None:
    if warehouse == destination:
        text = _("Choose a warehouse other than the one it comes from.")
        raise Refused([BadOperation(field="destination", text=text)])


def _refuse_unless_draft(locked: Transfer, warehouse: Warehouse, version: int | None) -> None:
    if (locked.state, locked.source_id, locked.version) != (Transfer.State.DRAFT, warehouse.pk, version):
        words = {"transfer": str(locked)}
        raise StateMovedOn(_("%(transfer)s was changed, sent or cancelled meanwhile. Open it again.") % words)


def _no_bin_there(n: int, line: TransferLine) -> Problem | None:
    if line.destination is None:
        return None
    text = _("What is sent gets its bin when it is received. Leave this empty.")
    return BadLocation(line=n, field="destination", text=text)


def _asked(line: TransferLine) -> tuple[object, ...]:
    return (line.product.pk, line.quantity, line.source and line.source.pk, line.lot_number)


def _digest(warehouse: Warehouse, head: transit.Head, lines: Sequence[TransferLine], slip: Slip) -> str:
    """SHA-256 over what is asked of a draft, under which key and by whom."""
    asked = [[str(value) for value in _asked(line)] for line in lines]
    body = [str(slip["key"]), slip["by"].pk, warehouse.pk, *head.columns().values(), asked]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()
