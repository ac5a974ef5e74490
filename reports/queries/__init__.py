"""What the daily sums say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
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


# Of a warehouse with 100,000 products the pace of a week costs 80 ms, that of a month 480. All is judged by value,
# pace, error and days, roughly, what was never counted as old as can be; then the NEAR first are judged exactly,
# those never counted by their first movement. Products that are being counted are left out.
SUGGESTED = """
    WITH pace AS MATERIALIZED (
        SELECT product_id, sum(lines) AS lines
        FROM reports_dailymovement
        WHERE warehouse_id = %(warehouse)s AND day > %(day)s::date - 7 AND day <= %(day)s
        GROUP BY product_id
    ), past AS MATERIALIZED (
        SELECT l.product_id, avg((l.counted <> l.expected)::int) AS wrong
        FROM stock_countline l JOIN stock_count c ON c.id = l.count_id
        WHERE c.warehouse_id = %(warehouse)s AND c.state = 'posted'
        GROUP BY l.product_id
    ), median AS (
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY p.unit_cost) AS cost
        FROM stock_inventory i JOIN catalog_product p ON p.id = i.product_id
        WHERE i.warehouse_id = %(warehouse)s AND i.quantity > 0 AND p.unit_cost > 0
    ), near AS MATERIALIZED (
        SELECT i.product_id, i.quantity, p.unit_cost IS NULL AS assumed,
               coalesce(p.unit_cost, (SELECT cost FROM median), 1) AS cost,
               coalesce(pace.lines, 0) AS lines, coalesce(past.wrong, 0) AS wrong, i.last_counted IS NOT NULL AS known,
               %(day)s::date - (i.last_counted AT TIME ZONE %(zone)s)::date AS days
        FROM stock_inventory i
        JOIN catalog_product p ON p.id = i.product_id
        LEFT JOIN pace ON pace.product_id = i.product_id
        LEFT JOIN past ON past.product_id = i.product_id
        WHERE i.warehouse_id = %(warehouse)s AND i.quantity > 0
          AND NOT EXISTS (
              SELECT FROM stock_countline l JOIN stock_count c ON c.id = l.count_id
              WHERE l.product_id = i.product_id AND c.warehouse_id = i.warehouse_id AND c.state IN ('open', 'review')
          )
        ORDER BY i.quantity::float8 * coalesce(p.unit_cost, (SELECT cost FROM median), 1)::float8
               * (7 + coalesce(pace.lines, 0)::float8) * (1 + coalesce(past.wrong, 0)::float8)
               * coalesce(greatest(1, least(%(most)s, %(day)s::date - (i.last_counted AT TIME ZONE %(zone)s)::date)),
                          %(most)s) DESC,
                 i.product_id
        LIMIT %(near)s
    ), judged AS (
        SELECT near.*, greatest(1, least(%(most)s, coalesce(days, %(day)s::date - first.occurred_on, 1))) AS since
        FROM near, LATERAL (
            SELECT (SELECT t.occurred_on FROM stock_stocktransaction t
                    WHERE t.product_id = near.product_id AND t.warehouse_id = %(warehouse)s AND NOT near.known
                    ORDER BY t.id LIMIT 1) AS occurred_on
        ) first
    )
    SELECT p.sku, p.name, u.code, j.quantity, j.quantity * j.cost, j.assumed, j.lines::int, j.since::int, j.known,
           j.wrong, j.quantity * j.cost * (1 + j.lines / 7.0) * j.since * (1 + j.wrong) AS score
    FROM judged j
    JOIN catalog_product p ON p.id = j.product_id
    JOIN catalog_unit u ON u.id = p.unit_id
    ORDER BY score DESC, p.sku_key
    LIMIT %(limit)s
"""
NEAR = 500
MOST_DAYS = 365


@dataclass(frozen=True)
class Suggestion:
    """Why a product of one warehouse is worth counting: quantity in its unit, value in money, and what they make.

    `lines` are its ledger lines of the last seven days; `days` those since it was counted, or, never counted (`known`
    is False), since it first moved, at most 365; `wrong` the share of its lines that were off in counts posted here.
    `assumed`: it has no cost and counts with the median cost of what lies here, or 1 where nothing has one.
    """

    sku: str
    name: str
    unit: str
    quantity: Decimal
    value: Decimal
    assumed: bool
    lines: int
    days: int
    known: bool
    wrong: Decimal
    score: Decimal

    @property
    def pace(self) -> Decimal:
        """Ledger lines a day."""
        return round(Decimal(self.lines) / 7, 1)

    @property
    def wrong_percent(self) -> int:
        return int(self.wrong * 100)


def suggested_counts(warehouse: Warehouse, *, day: date, limit: int) -> list[Suggestion]:
    """Return what is worth counting most in a warehouse, the most first. One query.

    Our own product of the four risks: value x (1 + lines a day) x days since counted x (1 + share wrong before). The
    ones keep what never moves, and what was always right, in the list.
    """
    values: dict[str, Any] = {
        "warehouse": warehouse.pk,
        "zone": warehouse.time_zone,
        "day": day,
        "limit": limit,
        "near": NEAR,
        "most": MOST_DAYS,
    }
    with connection.cursor() as cursor:
        cursor.execute(SUGGESTED, values)
        return [Suggestion(*row) for row in cursor.fetchall()]


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
