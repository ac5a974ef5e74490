"""The time line of the audit page: rows of the audit log and the ledger's operations, merged, the newest first.

Each source is asked through an index that begins with what is asked for, warehouse by warehouse, for one page of rows
and no more (`0003_audit_rows_are_found`, `stock.0011`); so a page costs the same at any size and distance. Rows of no
warehouse stand at place 0, which is an admin's to read.

EXPLAIN (ANALYZE, BUFFERS) at ten million rows of the audit log and two million operations, for every filter alone, the
newest page and one 400 days back: for each warehouse one index scan from the mark on (`audit_newest`, `audit_by_*`,
`operation_by_warehouse`, `operation_of_*`, for a product `transaction_by_inventory`) that a LIMIT ends after a page,
then a sort of those pages. 200 to 600 buffers and 1 to 5 ms for an admin's ten warehouses; 14,000 and 30 ms where a
name stands for 42 people. No sequential or bitmap scan, and no filter that throws away more rows than it keeps.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import connection

from reports.models import AuditRow, Seal, SealCheck
from reports.queries.beginnings import NAME, PLACE
from stock.models import Operation
from stock.queries.as_of import id_before, last_id_at

PAGE_SIZE = 25
DIGITS = re.compile("[0-9]+")
# Every place that has rows, by leaps from one to the next: warehouses that were deleted are among them.
EVERYWHERE = f"""
    WITH RECURSIVE every (place) AS (
        (SELECT {PLACE} FROM auditlog_logentry ORDER BY {PLACE} LIMIT 1)
        UNION ALL
        SELECT (SELECT {PLACE} FROM auditlog_logentry WHERE {PLACE} > place ORDER BY {PLACE} LIMIT 1)
        FROM every WHERE place IS NOT NULL
    ) SELECT place FROM every WHERE place IS NOT NULL
"""  # nosec B608 # only constants of our own
THESE = "SELECT place FROM unnest(%(places)s::bigint[]) AS place"
# The first column of the index is asked by ANY and comes first in the order too, for nothing but this: the index of
# moments, which auditlog brings, cannot give that order. PostgreSQL would walk it, through all rows of other places.
AUDIT = """
    SELECT row.id, row.timestamp FROM ({places}) AS at {values}
    CROSS JOIN LATERAL (
        SELECT id, timestamp FROM auditlog_logentry
        WHERE {led} AND {conditions}
        ORDER BY {first}, timestamp DESC, id DESC LIMIT %(size)s
    ) AS row
    ORDER BY row.timestamp DESC, row.id DESC LIMIT %(size)s
"""
OPERATIONS = """
    SELECT row.key, row.created FROM unnest(%(places)s::bigint[]) AS at (place) {values}
    CROSS JOIN LATERAL (
        SELECT key, created FROM stock_operation
        WHERE warehouse_id = at.place AND {conditions}
        ORDER BY created DESC, key DESC LIMIT %(size)s
    ) AS row
    ORDER BY row.created DESC, row.key DESC LIMIT %(size)s
"""
# Within one Inventory ids and moments of booking rise together, and the lines of one operation stand side by side.
OPERATIONS_OF_PRODUCT = """
    SELECT row.key, row.created FROM unnest(%(places)s::bigint[]) AS at (place)
    CROSS JOIN LATERAL (
        SELECT key, created FROM (
            SELECT id, operation_id, lag(operation_id) OVER (ORDER BY id DESC) AS newer FROM stock_stocktransaction
            WHERE product_id = %(product)s AND stock_stocktransaction.warehouse_id = at.place
              AND id > %(first)s AND id <= %(last)s
            ORDER BY id DESC
        ) AS line
        JOIN stock_operation ON key = line.operation_id
        WHERE line.operation_id IS DISTINCT FROM line.newer AND warehouse_id = at.place AND {conditions}
        ORDER BY line.id DESC LIMIT %(size)s
    ) AS row
    ORDER BY row.created DESC, row.key DESC LIMIT %(size)s
"""
NEWEST_ID = 2**63 - 1
# What leads the index that is walked, the most telling first: the question's name, the column, its type.
AUDIT_LEADS = (
    ("names", NAME, "text"),
    ("address", "remote_addr", "inet"),
    ("people", "actor_id", "bigint"),
    ("kinds", "content_type_id", "int"),
    ("acts", "action", "int"),
)
OPERATION_LEADS = (
    ("references", "upper(reference)", "text"),
    ("address", "address", "inet"),
    ("people", "by_id", "bigint"),
    ("verbs", "kind", "text"),
)


@dataclass(frozen=True)
class Asked:
    """What is asked for; None asks for everything. `warehouses` are ids; with `everywhere`, rows of none come too.

    `names` are whole names in the audit log, in capitals, `references` those of operations, `product` an id that an
    operation booked; `address` holds one. `since` is the first moment and `until` the first one after. `cut`: more
    people or things are called so than one search takes.
    """

    warehouses: tuple[int, ...]
    everywhere: bool = False
    people: tuple[int, ...] | None = None
    kinds: tuple[int, ...] | None = None
    acts: tuple[int, ...] | None = None
    verbs: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None
    references: tuple[str, ...] | None = None
    product: int | None = None
    address: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    cut: bool = False
    audit: bool = True
    operations: bool = True


@dataclass(frozen=True)
class Place:
    """Where a line stands in the time line: of two at one moment the audit log's is first, then the higher key."""

    moment: datetime
    source: str
    key: int | UUID

    @property
    def mark(self) -> str:
        return f"{self.moment.isoformat()}~{self.source}~{self.key}"

    @classmethod
    def of(cls, mark: str) -> "Place":
        """Read a mark. Raises BadRequest."""
        try:
            moment, source, key = mark.split("~")
            at = datetime.fromisoformat(moment.replace(" ", "+"))
            if at.tzinfo is None or source not in ("a", "o") or (source == "a" and not DIGITS.fullmatch(key)):
                raise ValueError(mark)
            number = UUID(key) if source == "o" else int(key)
            if isinstance(number, int) and not 0 <= number < 2**63:
                raise ValueError(mark)
            return cls(at, source, number)
        except (ValueError, OverflowError) as error:
            raise BadRequest("bad mark") from error


@dataclass(frozen=True)
class Line:
    """One line: a row of the audit log or an operation."""

    place: Place
    row: AuditRow | None = None
    operation: Operation | None = None


def lines_of(asked: Asked, *, after: str = "", size: int = PAGE_SIZE) -> tuple[list[Line], str]:
    """Return one page of the time line and the mark of the next, "" on the last. Four queries at most."""
    start = Place.of(after) if after else None
    found = sorted(
        [*_audit(asked, start, size + 1), *_operations(asked, start, size + 1)],
        key=lambda place: (
            place.moment,
            place.source == "a",
            place.key if isinstance(place.key, int) else place.key.int,
        ),
        reverse=True,
    )
    page = found[:size]
    more = page[-1].mark if len(found) > size else ""
    rows = AuditRow.objects.select_related("actor", "content_type").in_bulk([p.key for p in page if p.source == "a"])
    operations = Operation.objects.with_names().in_bulk([p.key for p in page if p.source == "o"])
    return [Line(place, rows.get(place.key), operations.get(place.key)) for place in page], more


def seal_status() -> tuple[Seal | None, SealCheck | None]:
    """Return the newest seal and the last verification. Two queries."""
    return Seal.objects.order_by("-number").first(), SealCheck.objects.first()


def _audit(asked: Asked, start: Place | None, size: int) -> list[Place]:
    if not asked.audit:
        return []
    values: dict[str, Any] = {"places": list(asked.warehouses), "size": size}
    first, lead, conditions = _led(asked, AUDIT_LEADS, values)
    conditions += _span(asked, start, "a", "timestamp", "id", values)
    here = [f"{PLACE} = at.place"] if first else []
    sql = AUDIT.format(
        places=EVERYWHERE if asked.everywhere else THESE,
        values=lead,
        # The order of the index of names, which finds beginnings.
        first=f"{NAME} USING ~<~" if first == NAME else first or PLACE,
        led=f"{first} = ANY(ARRAY[lead.value])" if first else f"{PLACE} = ANY(ARRAY[at.place])",
        conditions=" AND ".join([*here, *conditions]),
    )
    return [Place(moment, "a", key) for key, moment in _rows(sql, values)]


def _operations(asked: Asked, start: Place | None, size: int) -> list[Place]:
    if not asked.operations:
        return []
    values: dict[str, Any] = {"places": list(asked.warehouses), "size": size}
    if asked.product is None:
        first, lead, conditions = _led(asked, OPERATION_LEADS, values)
        if first:
            conditions.append(f"{first} = lead.value")
        if asked.references is not None:
            conditions.append("reference <> ''")
        conditions += _span(asked, start, "o", "created", "key", values)
        sql = OPERATIONS.format(values=lead, conditions=" AND ".join(conditions))
    else:
        _first, _lead, conditions = _led(asked, OPERATION_LEADS, values, walked=True)
        conditions += _span(asked, start, "o", "created", "key", values)
        ends = [each for each in (asked.until, start and start.moment) if each]
        values["product"] = asked.product
        values["first"] = id_before(asked.since) if asked.since else 0
        values["last"] = last_id_at(min(ends)) if ends else NEWEST_ID
        sql = OPERATIONS_OF_PRODUCT.format(conditions=" AND ".join(conditions))
    return [Place(moment, "o", key) for key, moment in _rows(sql, values)]


def _led(
    asked: Asked, leads: Sequence[tuple[str, str, str]], values: dict[str, Any], *, walked: bool = False
) -> tuple[str, str, list[str]]:
    """Return the column that leads the index which is walked, where its values come from ("" and "" where nothing of
    this is asked), and the conditions on the rest; put the values in.

    `walked`: an index is chosen already, so all are conditions.
    """
    first, lead, conditions = "", "", []
    for name, column, kind in leads:
        chosen = getattr(asked, name)
        if chosen is None:
            continue
        values[name] = list(chosen)
        if first or walked:
            conditions.append(f"{column} = ANY(%({name})s::{kind}[])")
        else:
            first, lead = column, f"CROSS JOIN unnest(%({name})s::{kind}[]) AS lead (value)"
    return first, lead, conditions


def _span(asked: Asked, start: Place | None, source: str, moment: str, key: str, values: dict[str, Any]) -> list[str]:
    """Return the conditions of the period and of the page, and put their values in."""
    conditions = ["true"]
    if asked.since:
        values["since"] = asked.since
        conditions.append(f"{moment} >= %(since)s")
    if asked.until:
        values["until"] = asked.until
        conditions.append(f"{moment} < %(until)s")
    if start is not None:
        values["moment"], values["key"] = start.moment, start.key
        same = {"a": f"{moment} <= %(moment)s", "o": f"{moment} < %(moment)s"}
        if source == start.source:
            conditions.append(f"{moment} <= %(moment)s AND ({moment}, {key}) < (%(moment)s, %(key)s)")
        else:
            # After a row of the audit log come the operations of its moment; after an operation no row of its moment.
            conditions.append(same[start.source])
    return conditions


def _rows(sql: str, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
