"""What the daily sums say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection

from reports.models import RollupMark
from warehouses.models import Warehouse

SPAN = timedelta(days=30)

# A previous rank is how many products had shipped more, plus one; counted over the distinct quantities, which are few.
# PostgreSQL holds `sums` once for its two readers. Two products that shipped the same have the same rank.
FAST_MOVERS = """
    WITH sums AS MATERIALIZED (
        SELECT product_id,
               coalesce(sum(shipped) FILTER (WHERE day > %(day)s - 30), 0) AS shipped,
               coalesce(sum(shipped) FILTER (WHERE day <= %(day)s - 30), 0) AS previous
        FROM reports_dailymovement
        WHERE warehouse_id = ANY(%(warehouses)s) AND day > %(day)s - 60 AND day <= %(day)s AND shipped <> 0
        GROUP BY product_id
    ), earlier AS (
        SELECT previous, sum(count(*)) OVER (ORDER BY previous DESC) - count(*) + 1 AS rank
        FROM sums WHERE previous > 0 GROUP BY previous
    ), top AS (
        SELECT * FROM sums WHERE shipped > 0 ORDER BY shipped DESC, product_id LIMIT %(limit)s
    )
    SELECT rank() OVER (ORDER BY top.shipped DESC), p.sku, p.name, u.code, top.shipped, top.previous,
           earlier.rank::bigint
    FROM top
    JOIN catalog_product p ON p.id = top.product_id
    JOIN catalog_unit u ON u.id = p.unit_id
    LEFT JOIN earlier ON earlier.previous = top.previous
    ORDER BY top.shipped DESC, p.sku_key
"""


@dataclass(frozen=True)
class FastMover:
    """What one product shipped in 30 days and in the 30 days before, in its unit, net of reversals.

    `previous_rank` is None where nothing was shipped before.
    """

    rank: int
    sku: str
    name: str
    unit: str
    shipped: Decimal
    previous: Decimal
    previous_rank: int | None

    @property
    def climbed(self) -> int | None:
        """Give the places won (above 0) or lost (below 0) against the 30 days before; None without a previous rank."""
        return None if self.previous_rank is None else self.previous_rank - self.rank

    @property
    def fell(self) -> int | None:
        return None if self.climbed is None else -self.climbed


def fast_movers(warehouses: Sequence[Warehouse], *, day: date, limit: int | None) -> list[FastMover]:
    """Return what these warehouses shipped most in the 30 days up to `day`, the most first; None for all of it.

    One query. Demand is shipments: what was out of stock could not be shipped.
    """
    with connection.cursor() as cursor:
        cursor.execute(FAST_MOVERS, {"warehouses": [w.pk for w in warehouses], "day": day, "limit": limit})
        return [FastMover(*row) for row in cursor.fetchall()]


def last_day(warehouses: Sequence[Warehouse], now: datetime) -> date:
    """Return the calendar day in these warehouses: of several in different zones, the latest."""
    return max(now.astimezone(ZoneInfo(zone)).date() for zone in {w.time_zone for w in warehouses} or {"UTC"})


def counted_at() -> datetime | None:
    """Return when the ledger was last rolled up; None where it never was."""
    return RollupMark.objects.values_list("moved", flat=True).first()
