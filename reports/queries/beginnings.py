"""What a person means who types the beginning of a name: people, and what things and references are called.

Different names are found by leaps through the index, from one to the next: a thousand rows of one name cost one leap.
"""

from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import User

# For so many people, and names of things, one search stands.
MOST_FOUND = 50
# Names in other warehouses are leapt over, so often at most.
MOST_LEAPS = 1000

PLACE = "coalesce((additional_data ->> 'warehouse')::bigint, 0)"
NAME = "upper(left(object_repr, 200))"
# PostgreSQL reads the names one by one, no more than are asked for: the limits end the leaps.
DIFFERENT = """
    WITH RECURSIVE found (name, n) AS (
        (SELECT {name}, 1 FROM {table}
         WHERE {name} ~>=~ %(first)s AND {name} ~<~ %(end)s AND {known} ORDER BY {name} USING ~<~ LIMIT 1)
        UNION ALL
        SELECT (SELECT {name} FROM {table}
                WHERE {name} ~>~ found.name AND {name} ~<~ %(end)s AND {known} ORDER BY {name} USING ~<~ LIMIT 1), n + 1
        FROM found WHERE found.name IS NOT NULL AND n < %(leaps)s
    )
    SELECT found.name FROM found
    WHERE found.name IS NOT NULL AND (%(everywhere)s OR EXISTS (
        SELECT FROM unnest(%(places)s::bigint[]) AS at (place)
        CROSS JOIN LATERAL (SELECT FROM {table} WHERE {name} = found.name AND {place} = at.place AND {known} LIMIT 1)
    ))
    LIMIT %(most)s
"""
NAMES = DIFFERENT.format(name=NAME, table="auditlog_logentry", place=PLACE, known="true")
REFERENCES = DIFFERENT.format(
    name="upper(reference)", table="stock_operation", place="warehouse_id", known="reference <> ''"
)


def people_like(text: str) -> tuple[int, ...]:
    """Return the ids of the first people whose name or e-mail address holds these words, or of the one number."""
    named = Q(name__icontains=text) | Q(email__icontains=text)
    asked = Q(pk=int(text)) if text.isdecimal() and len(text) < 10 else named
    return tuple(User.objects.filter(asked).order_by("pk").values_list("pk", flat=True)[:MOST_FOUND])


def names_like(beginning: str, places: tuple[int, ...], *, everywhere: bool) -> tuple[str, ...]:
    """Return the first names in the audit log that begin so, in any case, of rows in these warehouses. One query."""
    return _different(NAMES, beginning, places, everywhere=everywhere)


def references_like(beginning: str, places: tuple[int, ...]) -> tuple[str, ...]:
    """Return the first references of operations that begin so, in any case, in these warehouses. One query."""
    return _different(REFERENCES, beginning, places, everywhere=False)


def _different(sql: str, beginning: str, places: tuple[int, ...], *, everywhere: bool) -> tuple[str, ...]:
    first = beginning.upper()
    values: dict[str, Any] = {
        "first": first,
        "end": f"{first}\U0010ffff",
        "places": list(places),
        "everywhere": everywhere,
        "leaps": MOST_LEAPS,
        "most": MOST_FOUND,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return tuple(name for (name,) in cursor.fetchall())
