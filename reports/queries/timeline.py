"""The time line of the audit page: rows of the audit log and the ledger's operations, merged, the newest first.

Each source is asked through an index that begins with what is asked for, warehouse by warehouse, for one page of rows
and no more (`0003_audit_rows_are_found`); so a page costs the same at any size and distance. Rows of no warehouse
stand at place 0, which is an admin's to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db import connection
from django.db.models import Q

from accounts.models import User
from reports.models import AuditRow, Seal, SealCheck
from stock.models import Operation

PAGE_SIZE = 25
# So many people, and names of things, one search stands for.
MOST_FOUND = 50
NOWHERE = 0

PLACE = "coalesce((additional_data ->> 'warehouse')::bigint, 0)"
NAME = "upper(left(object_repr, 200))"
# Every place that has rows, by leaps from one to the next: warehouses that were deleted are among them.
EVERYWHERE = f"""
    WITH RECURSIVE every (place) AS (
        (SELECT {PLACE} FROM auditlog_logentry ORDER BY {PLACE} LIMIT 1)
        UNION ALL
        SELECT (SELECT {PLACE} FROM auditlog_logentry WHERE {PLACE} > place ORDER BY {PLACE} LIMIT 1)
        FROM every WHERE place IS NOT NULL
    ) SELECT place FROM every WHERE place IS NOT NULL
"""
THESE = "SELECT place FROM unnest(%(places)s::bigint[]) AS place"
# The first different names from a beginning on, by leaps as well.
NAMES = f"""
    WITH RECURSIVE found (name, n) AS (
        (SELECT {NAME}, 1 FROM auditlog_logentry
         WHERE {NAME} ~>=~ %(first)s AND {NAME} ~<~ %(end)s ORDER BY {NAME} USING ~<~ LIMIT 1)
        UNION ALL
        SELECT (SELECT {NAME} FROM auditlog_logentry
                WHERE {NAME} ~>~ name AND {NAME} ~<~ %(end)s ORDER BY {NAME} USING ~<~ LIMIT 1), n + 1
        FROM found WHERE name IS NOT NULL AND n < %(most)s
    ) SELECT name FROM found WHERE name IS NOT NULL
"""
AUDIT = """
    SELECT row.id, row.timestamp FROM ({places}) AS at {values}
    CROSS JOIN LATERAL (
        SELECT id, timestamp FROM auditlog_logentry
        WHERE {place} = at.place AND {conditions}
        ORDER BY timestamp DESC, id DESC LIMIT %(size)s
    ) AS row
    ORDER BY row.timestamp DESC, row.id DESC LIMIT %(size)s
"""
OPERATIONS = """
    SELECT row.key, row.created FROM unnest(%(warehouses)s::bigint[]) AS at (place) {values}
    CROSS JOIN LATERAL (
        SELECT key, created FROM stock_operation
        WHERE warehouse_id = at.place AND {conditions}
        ORDER BY created DESC, key DESC LIMIT %(size)s
    ) AS row
    ORDER BY row.created DESC, row.key DESC LIMIT %(size)s
"""
# What leads the index that is walked, the most telling first: the question's name, the column, its type.
LEADS = (
    ("names", NAME, "text"),
    ("people", "actor_id", "bigint"),
    ("kinds", "content_type_id", "int"),
    ("acts", "action", "int"),
)


@dataclass(frozen=True)
class Asked:
    """What is asked for; None asks for everything. `warehouses` are ids; with `everywhere`, rows of none come too.

    `names` are the beginnings' whole names in the audit log, `reference` the beginning of an operation's. `since` is
    the first moment and `until` the first one after.
    """

    warehouses: tuple[int, ...]
    everywhere: bool = False
    people: tuple[int, ...] | None = None
    kinds: tuple[int, ...] | None = None
    acts: tuple[int, ...] | None = None
    names: tuple[str, ...] | None = None
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None
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
            if at.tzinfo is None or source not in "ao" or not source:
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


def people_like(text: str) -> tuple[int, ...]:
    """Return the ids of the first people whose name or e-mail address holds these words, or of the one number."""
    named = Q(name__icontains=text) | Q(email__icontains=text)
    asked = Q(pk=int(text)) if text.isdecimal() and len(text) < 10 else named
    return tuple(User.objects.filter(asked).order_by("pk").values_list("pk", flat=True)[:MOST_FOUND])


def names_like(beginning: str) -> tuple[str, ...]:
    """Return the first names in the audit log that begin so, in any case. One query."""
    first = beginning.upper()
    found = _rows(NAMES, {"first": first, "end": f"{first}\U0010ffff", "most": MOST_FOUND})
    return tuple(name for (name,) in found)


def seal_status() -> tuple[Seal | None, SealCheck | None]:
    """Return the newest seal and the last verification. Two queries."""
    return Seal.objects.order_by("-number").first(), SealCheck.objects.first()


def _audit(asked: Asked, start: Place | None, size: int) -> list[Place]:
    if not asked.audit:
        return []
    values: dict[str, Any] = {"places": list(asked.warehouses), "size": size}
    conditions, lead = [], ""
    for name, column, kind in LEADS:
        chosen = getattr(asked, name)
        if chosen is None:
            continue
        values[name] = list(chosen)
        if lead:
            conditions.append(f"{column} = ANY(%({name})s::{kind}[])")
        else:
            lead = f"CROSS JOIN unnest(%({name})s::{kind}[]) AS lead (value)"
            conditions.append(f"{column} = lead.value")
    conditions += _span(asked, start, "a", "timestamp", "id", values)
    sql = AUDIT.format(
        places=EVERYWHERE if asked.everywhere else THESE, place=PLACE, values=lead, conditions=" AND ".join(conditions)
    )
    return [Place(moment, "a", key) for key, moment in _rows(sql, values)]


def _operations(asked: Asked, start: Place | None, size: int) -> list[Place]:
    if not asked.operations:
        return []
    values: dict[str, Any] = {"warehouses": list(asked.warehouses), "size": size}
    conditions, lead = [], ""
    if asked.people is not None:
        values["people"] = list(asked.people)
        lead = "CROSS JOIN unnest(%(people)s::bigint[]) AS lead (value)"
        conditions.append("by_id = lead.value")
    if asked.reference:
        values["first"], values["end"] = asked.reference.upper(), f"{asked.reference.upper()}\U0010ffff"
        conditions.append("reference <> '' AND upper(reference) ~>=~ %(first)s AND upper(reference) ~<~ %(end)s")
    conditions += _span(asked, start, "o", "created", "key", values)
    sql = OPERATIONS.format(values=lead, conditions=" AND ".join(conditions))
    return [Place(moment, "o", key) for key, moment in _rows(sql, values)]


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
