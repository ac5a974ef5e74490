"""The one writer of levels and transactions, and the one order of locks.

`book` takes every lock in this order: the operation key (insert; with it the right to reverse an operation, which is
unique), the transfer or count that it is part of (`doubts`), new lots by (product, number), products by id and bins
with their warehouses by id (FOR KEY SHARE), Inventory by (product id, warehouse id) (FOR NO KEY UPDATE; missing rows
inserted first in the same order) and with it all its holdings, alerts last. So no two operations can deadlock,
whatever their lines.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any, Required, TypedDict, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from accounts.models import User
from alerts import services as alerts
from stock.errors import KeyReused, Problem, Refused
from stock.ledger import statements
from stock.ledger.books import Books, Level
from stock.ledger.checks import MOST_LINES, closed_meanwhile, operation_problems
from stock.ledger.crossing import findings
from stock.ledger.entry import verb
from stock.ledger.expiry import emptied
from stock.ledger.locks import hold
from stock.ledger.lots import WantedLot, find_or_add_lots
from stock.models import Count, Operation, ReasonCode, StockTransaction, Transfer
from stock.queries.levels import remember
from warehouses.models import Warehouse

__all__ = ["Books", "Draft", "Level", "Origin", "Slip", "Touches", "book", "verb"]

L = TypeVar("L")


@dataclass(frozen=True)
class Origin:
    """Where an operation came from: the device as it names itself and its network address."""

    device: str = ""
    address: str | None = None


class Slip(TypedDict, total=False):
    """What every verb is told besides its lines: who, when (device clock), the client's key, words to find it by."""

    by: Required[User]
    at: Required[datetime]
    key: Required[UUID]
    reference: str
    note: str
    origin: Origin
    # Only judge the lines: always raises Refused, with what is wrong with them.
    rehearse: bool


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a person asks for. `asked` are its lines as plain values, for the digest."""

    kind: Operation.Kind
    warehouse: Warehouse
    by: User
    at: datetime
    key: UUID
    asked: Sequence[Sequence[object]]
    reference: str = ""
    reason: ReasonCode | None = None
    note: str = ""
    origin: Origin = Origin()
    reverses: Operation | None = None
    transfer: Transfer | None = None
    count: Count | None = None
    lot_reason: str = ""
    rehearse: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 over kind, warehouse, lines, reasons, reference, what it reverses or is part of, person; not `at`."""
        body = [
            self.kind.value,
            self.warehouse.pk,
            self.reference,
            self.reason.pk if self.reason else None,
            str(self.reverses.pk) if self.reverses else None,
            self.by.pk,
            [part.pk if part else None for part in (self.transfer, self.count)],
            self.lot_reason,
            [[_plain(value) for value in line] for line in self.asked],
        ]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Touches:
    """What an operation locks: bins by id, products by id in every one of `warehouses`, and the lots it names.

    Levels that are missing in the warehouses `adding_to` are made.
    """

    warehouses: Sequence[Warehouse]
    products: Iterable[int]
    locations: Iterable[int] = ()
    adding_to: Sequence[Warehouse] = ()
    lots: Collection[WantedLot] = ()


def book(
    draft: Draft,
    lines: Sequence[L],
    plan: Callable[[Books, int, L], Problem | None],
    touches: Touches,
    *,
    wrong: Sequence[Problem] = (),
    doubts: Callable[[Operation], None] = lambda _operation: None,
    then: Callable[[Books, Operation], Sequence[alerts.Finding] | None] = lambda _books, _operation: None,
) -> Operation:
    """Book one operation, whole or not at all, and return it; a key that was booked before answers with its operation.

    `plan` takes and puts one line on the locked Books, or says what is wrong with it; `wrong` is what the verb knows to
    be wrong before, `doubts` may lock what the operation is part of and raise once it is sure that the key is new, and
    `then` writes what else belongs to it and says what that means for alerts. Levels that crossed a threshold, and lots
    that were used up, reach the alerts in this transaction; the cache learns the new levels after commit. The number of
    statements does not depend on the number of lines. Raises Refused with every problem, KeyReused.
    """
    operation = _claim(draft)
    if operation.replayed:
        return operation
    doubts(operation)
    most = None if draft.reverses else MOST_LINES
    of_lines = {problem.line: problem for problem in wrong if problem.line is not None}
    if problems := [
        *operation_problems(len(lines), *touches.warehouses, most=most),
        *(problem for problem in wrong if problem.line is None),
    ]:
        raise Refused([*problems, *of_lines.values()])
    books = _lock(operation, touches)
    if closed := closed_meanwhile(books.locations.values(), touches.warehouses):
        raise Refused(closed)
    problems = [problem for n, line in enumerate(lines) if (problem := of_lines.get(n) or plan(books, n, line))]
    if problems or draft.rehearse:
        raise Refused(problems)
    changed = _post(books, operation)
    noticed = then(books, operation) or ()
    alerts.observe([*findings(changed), *emptied(changed, books.today), *noticed], now=operation.created)
    return operation


def _claim(draft: Draft) -> Operation:
    """Insert the operation under its key, or return the one that was booked under it before (`replayed` is set).

    Waits for a transaction that is booking the same key, or reversing the same operation, now.
    """
    operation = _unbooked(draft)
    columns = [field.attname for field in Operation._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(statements.CLAIM_KEY, {name: getattr(operation, name) for name in columns})
        row = cursor.fetchone()
    if row is None:
        booked = Operation.objects.filter(pk=draft.key).first()
        if booked is not None and booked.digest != operation.digest:
            raise KeyReused
        # No operation of this key: another one has reversed the same operation, and twice is the same as once.
        booked = booked or Operation.objects.get(reverses=draft.reverses)
        booked.replayed = True
        return booked
    operation.at, operation.clock_corrected, operation.created, _ = row
    operation._state.adding = False
    operation._state.db = "default"
    return operation


def _unbooked(draft: Draft) -> Operation:
    return Operation(
        key=draft.key,
        kind=draft.kind.value,
        warehouse=draft.warehouse,
        reference=draft.reference,
        reason=draft.reason,
        note=draft.note,
        by=draft.by,
        at=draft.at,
        device=draft.origin.device[:200],
        address=draft.origin.address,
        reverses=draft.reverses,
        transfer=draft.transfer,
        count=draft.count,
        lot_reason=draft.lot_reason,
        digest=draft.digest,
    )


def _lock(operation: Operation, touches: Touches) -> Books:
    by_id = {warehouse.pk: warehouse for warehouse in touches.warehouses}
    product_ids = sorted(set(touches.products))
    lots = find_or_add_lots(touches.lots)
    held = hold(
        product_ids,
        touches.locations,
        by_id,
        levels=product(product_ids, by_id),
        adding_to=[warehouse.pk for warehouse in touches.adding_to],
    )
    levels = [
        Level(
            row.id,
            held.products[row.product_id],
            by_id[row.warehouse_id],
            row.quantity,
            row.low,
            row.high,
            row.version,
            row.parts,
            before=row.quantity,
        )
        for row in held.levels
    ]
    return Books(
        products=held.products,
        locations=held.locations,
        levels={(level.product.id, level.warehouse.pk): level for level in levels},
        lots=lots,
        today={pk: operation.created.astimezone(ZoneInfo(w.time_zone)).date() for pk, w in by_id.items()},
    )


def _post(books: Books, operation: Operation) -> list[Level]:
    changed = list({id(entry.level): entry.level for entry in books.entries}.values())
    with connection.cursor() as cursor:
        cursor.execute(statements.WRITE, _rows(books, operation, changed))
    shown = [(v.product.id, v.warehouse.pk, v.version + 1, v.quantity, v.low, v.high) for v in changed]
    transaction.on_commit(partial(remember, shown), robust=True)
    return changed


def _rows(books: Books, operation: Operation, changed: Sequence[Level]) -> dict[str, Any]:
    parts = [(level.id, part) for level in changed for part in level.parts if part.changed]
    days = {w.pk: str(operation.at.astimezone(ZoneInfo(w.time_zone)).date()) for w in (v.warehouse for v in changed)}
    out = StockTransaction.Type.OUT
    shipped = {id(entry.level) for entry in books.entries if entry.type == out and entry.quantity < 0}
    return {
        "key": operation.key,
        "at": operation.at,
        "entries": _json(
            {
                "product": entry.level.product.id,
                "warehouse": entry.level.warehouse.pk,
                "location": entry.location_id,
                "lot": entry.lot_id,
                "type": entry.type,
                "quantity": str(entry.quantity),
                "balance": str(entry.balance_after),
                "day": days[entry.level.warehouse.pk],
            }
            for entry in books.entries
        ),
        "levels": _json(
            {"id": level.id, "quantity": str(level.quantity), "shipped": id(level) in shipped} for level in changed
        ),
        "emptied": [part.id for _, part in parts if not part.quantity and part.id is not None],
        "holdings": _json(
            {"level": level, "location": part.location_id, "lot": part.lot_id, "quantity": str(part.quantity)}
            for level, part in parts
            if part.quantity
        ),
    }


def _json(rows: Iterable[dict[str, object]]) -> str:
    return json.dumps(list(rows))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value.normalize())
    return value if isinstance(value, (int, str, type(None))) else str(value)
