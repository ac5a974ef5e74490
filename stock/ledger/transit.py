"""The transit ledger: a transfer's lock, what was sent, received and written off, and the figures that follow from it.

Only who holds the transfer's lock (FOR NO KEY UPDATE) writes here. A transfer's state after its first sending follows
from its lines alone: on the way while any of it is in transit, else closed, or cancelled where nothing is sent.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import User
from alerts.services import Finding
from stock.ledger import overdue
from stock.ledger.books import Books
from stock.models import Operation, Transfer, TransferEntry
from warehouses.models import Warehouse

CLAIM = """
INSERT INTO stock_transfer (key, source_id, destination_id, state, reference, note, by_id, digest, version)
VALUES (%(key)s, %(source)s, %(destination)s, 'draft', '', '', %(by)s, %(digest)s, 0)
ON CONFLICT (key) DO NOTHING
"""

# Closing a warehouse takes its row FOR UPDATE: until this transaction ends it stays as it is.
HOLD_WAREHOUSE = "SELECT status FROM warehouses_warehouse WHERE id = %s FOR KEY SHARE"

DRAFT = """
WITH gone AS (
    DELETE FROM stock_transferline WHERE transfer_id = %(transfer)s
), lines AS (
    INSERT INTO stock_transferline (transfer_id, product_id, lot_id, location_id, wanted)
    SELECT %(transfer)s, product_id, lot_id, location_id, quantity
      FROM unnest(%(products)s::bigint[], %(lots)s::bigint[], %(locations)s::bigint[], %(quantities)s::numeric[])
           WITH ORDINALITY AS line (product_id, lot_id, location_id, quantity, place)
     ORDER BY place
)
UPDATE stock_transfer
   SET destination_id = %(destination)s, reference = %(reference)s, note = %(note)s, lot_reason = %(lot_reason)s,
       digest = %(digest)s, version = version + 1
 WHERE id = %(transfer)s
"""

SEND = """
WITH gone AS (
    DELETE FROM stock_transferline WHERE transfer_id = %(transfer)s
), lines AS (
    INSERT INTO stock_transferline (transfer_id, product_id, lot_id, wanted, sent)
    SELECT %(transfer)s, product_id, lot_id, quantity, quantity
      FROM unnest(%(products)s::bigint[], %(lots)s::bigint[], %(quantities)s::numeric[])
           WITH ORDINALITY AS line (product_id, lot_id, quantity, place)
     ORDER BY place
    RETURNING id, sent
), entries AS (
    INSERT INTO stock_transferentry (operation_id, line_id, kind, quantity)
    SELECT %(key)s, id, 'sent', sent FROM lines ORDER BY id
)
UPDATE stock_transfer
   SET state = 'sent', sent = %(now)s, destination_id = %(destination)s, reference = %(reference)s, note = %(note)s,
       lot_reason = %(lot_reason)s, version = version + 1
 WHERE id = %(transfer)s
"""

IN_TRANSIT = """
SELECT id, product_id, lot_id, sent - received - written_off FROM stock_transferline WHERE transfer_id = %s
"""

ENTER = """
WITH said AS (
    SELECT *
      FROM unnest(%(lines)s::bigint[], %(kinds)s::text[], %(quantities)s::numeric[])
           WITH ORDINALITY AS entry (line_id, kind, quantity, place)
), entries AS (
    INSERT INTO stock_transferentry (operation_id, line_id, kind, quantity)
    SELECT %(key)s, line_id, kind, quantity FROM said ORDER BY place
)
UPDATE stock_transferline line
   SET sent = line.sent + change.sent, received = line.received + change.received,
       written_off = line.written_off + change.written_off
  FROM (
    SELECT line_id, coalesce(sum(quantity) FILTER (WHERE kind = 'sent'), 0) AS sent,
           coalesce(sum(quantity) FILTER (WHERE kind = 'received'), 0) AS received,
           coalesce(sum(quantity) FILTER (WHERE kind = 'written_off'), 0) AS written_off
      FROM said GROUP BY line_id
  ) change
 WHERE line.id = change.line_id
"""

# A statement of its own: it must see the lines as ENTER left them.
SETTLE = """
UPDATE stock_transfer
   SET state = found.state, closed = CASE found.state WHEN 'closed' THEN %(now)s::timestamptz END, version = version + 1
  FROM (
    SELECT CASE WHEN bool_or(sent > received + written_off) THEN 'sent' WHEN bool_or(sent > 0) THEN 'closed'
                ELSE 'cancelled' END AS state
      FROM stock_transferline WHERE transfer_id = %(transfer)s
  ) found
 WHERE id = %(transfer)s
RETURNING found.state, sent
"""


class Waiting(NamedTuple):
    """A line of a transfer under its lock, and how much of it is on the way, in the product's unit."""

    product_id: int
    lot_id: int | None
    in_transit: Decimal


class Moved(NamedTuple):
    """One entry to write: what happened to a line, signed."""

    line_id: int
    kind: TransferEntry.Kind
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a transfer says once, beside its lines."""

    destination: Warehouse
    reference: str = ""
    note: str = ""
    lot_reason: str = ""

    def columns(self) -> dict[str, Any]:
        return {
            "destination": self.destination.pk,
            "reference": self.reference,
            "note": self.note,
            "lot_reason": self.lot_reason,
        }


class DraftLine(NamedTuple):
    """A line of a draft: so much of a product, of one lot and from one bin where they are named."""

    product_id: int
    lot_id: int | None
    location_id: int | None
    quantity: Decimal


def lock_transfer(pk: int) -> Transfer:
    """Return the transfer as it stands under its lock, which its keys out of other rows do not wait for."""
    return Transfer.objects.select_for_update(no_key=True, of=("self",)).select_related("destination").get(pk=pk)


def claim_transfer(*, key: UUID, source: Warehouse, destination: Warehouse, by: User, digest: str = "") -> Transfer:
    """Make a draft without lines under this key, or return the locked transfer that was made under it before.

    Waits for a transaction that is making one under the same key now. A new one has version 0, any other a higher one.
    """
    values: dict[str, Any] = {
        "key": key,
        "source": source.pk,
        "destination": destination.pk,
        "by": by.pk,
        "digest": digest,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
    return Transfer.objects.select_for_update(no_key=True).get(key=key)


def is_open_for_goods(warehouse: Warehouse) -> bool:
    """Whether the warehouse is open, and keep it so until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD_WAREHOUSE, [warehouse.pk])
        [status] = cursor.fetchone()
    return str(status) == Warehouse.Status.OPEN.value


def write_draft(transfer: Transfer, head: Head, lines: Collection[DraftLine], digest: str) -> None:
    """Put these lines and words in the place of those that the draft had; its version rises."""
    values: dict[str, Any] = {
        "transfer": transfer.pk,
        "products": [line.product_id for line in lines],
        "lots": [line.lot_id for line in lines],
        "locations": [line.location_id for line in lines],
        "quantities": [line.quantity for line in lines],
        "digest": digest,
        **head.columns(),
    }
    with connection.cursor() as cursor:
        cursor.execute(DRAFT, values)
    transfer.refresh_from_db()


def post_sending(books: Books, operation: Operation, transfer: Transfer, head: Head) -> None:
    """Write one line and one entry a product and lot that the operation took, in the place of the draft's lines."""
    taken: dict[tuple[int, int | None], Decimal] = {}
    for entry in books.entries:
        key = (entry.level.product.id, entry.lot_id)
        taken[key] = taken.get(key, Decimal(0)) - entry.quantity
    values: dict[str, Any] = {
        "transfer": transfer.pk,
        "key": operation.key,
        "now": operation.created,
        "products": [product for product, _ in taken],
        "lots": [lot for _, lot in taken],
        "quantities": list(taken.values()),
        **head.columns(),
    }
    with connection.cursor() as cursor:
        cursor.execute(SEND, values)


def waiting_lines(transfer: Transfer) -> dict[int, Waiting]:
    """Return the lines of a locked transfer by their id."""
    with connection.cursor() as cursor:
        cursor.execute(IN_TRANSIT, [transfer.pk])
        return {row[0]: Waiting(*row[1:]) for row in cursor.fetchall()}


def post(operation: Operation, transfer: Transfer, moved: Sequence[Moved]) -> list[Finding]:
    """Write entries of a transfer that was sent; its lines' figures and its state follow. Two statements.

    Returns that it is not overdue any more, where it is over and may have been.
    """
    entries: dict[str, Any] = {
        "key": operation.key,
        "lines": [entry.line_id for entry in moved],
        "kinds": [entry.kind.value for entry in moved],
        "quantities": [entry.quantity for entry in moved],
    }
    with connection.cursor() as cursor:
        cursor.execute(ENTER, entries)
        cursor.execute(SETTLE, {"transfer": transfer.pk, "now": operation.created})
        state, sent = cursor.fetchone()
    return [] if state == Transfer.State.SENT else overdue.arrived(transfer, sent=sent, at=operation.created)


def cancel_draft(transfer: Transfer) -> None:
    """Cancel a locked draft; its version rises."""
    transfer.state = Transfer.State.CANCELLED
    transfer.version += 1
    transfer.save(update_fields=["state", "version"])
