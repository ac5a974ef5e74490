"""How much noise alerts make: who is told how often, what comes of it, and which thresholds flap.

Everything is of some warehouses and the days before a moment; alerts of the system are nobody's here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from alerts.models import Alert
from inventory_site.web.quantity import format_quantity
from warehouses.models import Warehouse

# So often a threshold is crossed anew within the period before it is said to flap.
FLAPS = 3
MOST = 50
PERIODS = (7, 30, 90)
USUAL_PERIOD = 30
# Shipments of so many days say what leaves a day.
DEMAND_DAYS = 90
# Of the normal distribution: with so many deviations above the mean 95 of 100 lead times are survived.
Z = Decimal("1.645")
ZERO = Decimal(0)

# What somebody has done with an incident themselves.
ACTED = """
    SELECT by_id, alert_id, kind, at FROM alerts_alertevent
     WHERE at >= %(since)s AND by_id IS NOT NULL AND kind IN ('acknowledged', 'assigned', 'commented', 'resolved')
"""

# An incident that went to somebody through several channels counts once each time it was told.
PEOPLE = f"""
WITH acted AS (
    SELECT DISTINCT by_id, alert_id FROM ({ACTED}) AS e
), days AS (
    SELECT d.person_id, (d.created AT TIME ZONE %(zone)s)::date AS day,
           count(*) AS told, count(acted.alert_id) AS acted
      FROM alerts_delivery d
      JOIN alerts_alert a ON a.id = d.alert_id
      LEFT JOIN acted ON acted.by_id = d.person_id AND acted.alert_id = d.alert_id
     WHERE d.created >= %(since)s AND d.telling AND d.status <> 'withdrawn' AND a.warehouse_id = ANY(%(warehouses)s)
     GROUP BY 1, 2
)
SELECT coalesce(nullif(u.name, ''), u.email), sum(days.told)::int, max(days.told)::int, sum(days.acted)::int
  FROM days JOIN accounts_user u ON u.id = days.person_id
 GROUP BY u.id
 ORDER BY 2 DESC, 1, u.id
 LIMIT %(limit)s
"""  # nosec B608 # only constants of our own

KINDS = f"""
WITH acted AS (
    SELECT alert_id, min(at) FILTER (WHERE kind = 'acknowledged') AS acknowledged FROM ({ACTED}) AS e GROUP BY 1
)
SELECT a.type, count(*)::int, count(*) FILTER (WHERE acted.alert_id IS NOT NULL OR a.worked)::int,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM acted.acknowledged - a.created)::float8)
  FROM alerts_alert a LEFT JOIN acted ON acted.alert_id = a.id
 WHERE a.created >= %(since)s AND a.warehouse_id = ANY(%(warehouses)s)
 GROUP BY a.type
 ORDER BY 2 DESC, 1
"""  # nosec B608 # only constants of our own

FLAPPING = """
WITH crossed AS (
    SELECT a.product_id, a.warehouse_id, a.cause,
           count(*) FILTER (WHERE e.kind IN ('opened', 'reopened')) AS opened,
           count(*) FILTER (WHERE e.kind IN ('resolved', 'cleared')) AS resolved
      FROM alerts_alertevent e JOIN alerts_alert a ON a.id = e.alert_id
     WHERE e.at >= %(since)s AND e.kind IN ('opened', 'reopened', 'resolved', 'cleared')
       AND a.cause IN ('shortage', 'overstock') AND a.warehouse_id = ANY(%(warehouses)s)
     GROUP BY 1, 2, 3
    HAVING count(*) FILTER (WHERE e.kind IN ('opened', 'reopened')) >= %(flaps)s
)
SELECT c.product_id, c.warehouse_id, c.cause, p.sku, p.name, u.code, u.decimals, c.opened::int, c.resolved::int,
       CASE c.cause WHEN 'shortage' THEN coalesce(i.low_threshold, p.low_threshold)
                    ELSE coalesce(i.high_threshold, p.high_threshold) END AS threshold,
       p.lead_time_days, coalesce(p.lead_time_deviation_days, 0)
  FROM crossed c
  JOIN catalog_product p ON p.id = c.product_id
  JOIN catalog_unit u ON u.id = p.unit_id
  LEFT JOIN stock_inventory i ON i.product_id = c.product_id AND i.warehouse_id = c.warehouse_id
 ORDER BY c.opened DESC, p.sku_key, c.warehouse_id, c.cause
 LIMIT %(limit)s
"""

DEMAND = """
SELECT product_id, warehouse_id, sum(shipped), sum(shipped * shipped) FROM reports_dailymovement
 WHERE warehouse_id = ANY(%(warehouses)s) AND product_id = ANY(%(products)s)
   AND day > %(day)s::date - %(days)s AND day <= %(day)s
 GROUP BY 1, 2
"""

# The highest level of each spell: of a shortage while it was over, of an overstock while it stood.
PEAKS = """
WITH turn AS (
    SELECT asked.product_id, asked.warehouse_id, asked.cause, e.at, e.kind IN ('opened', 'reopened') AS begins,
           lead(e.at) OVER (PARTITION BY asked.product_id, asked.warehouse_id, asked.cause ORDER BY e.at, e.id) AS until
      FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[], %(causes)s::text[])
           AS asked (product_id, warehouse_id, cause)
      JOIN alerts_alert a ON a.product_id = asked.product_id AND a.warehouse_id = asked.warehouse_id
                         AND a.cause = asked.cause
      JOIN alerts_alertevent e ON e.alert_id = a.id
     WHERE e.at >= %(since)s AND e.kind IN ('opened', 'reopened', 'resolved', 'cleared')
), spell AS (
    SELECT turn.*, (SELECT max(t.balance_after) FROM stock_stocktransaction t
                     WHERE t.product_id = turn.product_id AND t.warehouse_id = turn.warehouse_id
                       AND t.created >= turn.at AND t.created < turn.until) AS peak
      FROM turn WHERE until IS NOT NULL AND begins = (cause = 'overstock')
)
SELECT product_id, warehouse_id, cause, percentile_disc(0.5) WITHIN GROUP (ORDER BY peak),
       percentile_disc(0.9) WITHIN GROUP (ORDER BY peak)
  FROM spell WHERE peak IS NOT NULL GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Told:
    """How often somebody was told in the period, at most on one day, and how often of what they then acted on."""

    person: str
    told: int
    most: int
    acted: int
    days: int

    @property
    def a_day(self) -> Decimal:
        return round(Decimal(self.told) / self.days, 1)

    @property
    def percent(self) -> int:
        return self.acted * 100 // self.told


@dataclass(frozen=True)
class Kind:
    """What came of the incidents of a type that were opened in the period; `median` seconds until acknowledged."""

    type: str
    opened: int
    acted: int
    median: float | None

    @property
    def label(self) -> str:
        return str(Alert.Type(self.type).label)

    @property
    def percent(self) -> int:
        return self.acted * 100 // self.opened

    @property
    def minutes(self) -> int | None:
        return None if self.median is None else round(self.median / 60)


@dataclass(frozen=True)
class Flapping:
    """A threshold that was crossed again and again, in the product's unit, and what would be calmer.

    One of `suggested` (a threshold) and `margin` (percent of the warehouse's threshold margin) at most.
    """

    sku: str
    name: str
    unit: str
    warehouse: Warehouse
    cause: str
    opened: int
    resolved: int
    threshold: Decimal | None
    suggested: Decimal | None
    margin: int | None

    @property
    def is_low(self) -> bool:
        return self.cause == Alert.Cause.SHORTAGE

    @property
    def query(self) -> str:
        """What the form of its thresholds is filled in with."""
        name = "low" if self.is_low else "high"
        return f"?{name}={format_quantity(self.suggested)}" if self.suggested is not None else ""


class Noise:
    """The noise of some warehouses in the days before `now`; days are those of `zone`, tables have `limit` rows."""

    def __init__(
        self, warehouses: Sequence[Warehouse], *, now: datetime, days: int, zone: str, limit: int | None = MOST
    ) -> None:
        self.days = days
        self._places = {each.pk: each for each in warehouses}
        self._day = now.astimezone(ZoneInfo(zone)).date()
        since = now - timedelta(days=days)
        self._asked = {"warehouses": list(self._places), "since": since, "zone": zone, "limit": limit}

    def people(self) -> list[Told]:
        """Return who was told of incidents, the most first. One query."""
        return [Told(*(*row, self.days)) for row in _rows(PEOPLE, self._asked)]

    def kinds(self) -> list[Kind]:
        """Return what came of the incidents that were opened, by type, the most first. One query.

        Acted on is what somebody has acknowledged, assigned, commented or resolved, and what stock work was done for,
        which is known once it is over (`reports.services.outcomes`). Snoozing alone is putting off.
        """
        return [Kind(*row) for row in _rows(KINDS, self._asked)]

    def flapping(self) -> list[Flapping]:
        """Return the thresholds crossed anew at least FLAPS times, the most first, with what would be calmer.

        Low, of a product with a lead time L that ships: its reorder point, d L + z sqrt(L sd^2 + d^2 sL^2) with the
        mean d and deviation sd of what is shipped a day (DEMAND_DAYS days), the deviation sL of the lead time and
        z = 1.645 for 95 of 100 lead times (P. L. King, "Crack the code: Understanding safety stock and mastering its
        equations", APICS Magazine, July 2011). Low, otherwise: the margin that the median of its peaks between two
        shortages does not exceed, a deadband as ANSI/ISA-18.2 asks for where alarms chatter. High: the level that nine
        of ten of its peaks do not exceed, our own choice. Three queries.
        """
        rows = _rows(FLAPPING, {**self._asked, "flaps": FLAPS})
        products, where, causes = ([row[part] for row in rows] for part in range(3))
        asked = {**self._asked, "products": products, "warehouses": where, "causes": causes}
        shipped = {row[:2]: row[2:] for row in _rows(DEMAND, {**asked, "day": self._day, "days": DEMAND_DAYS})}
        peaks = {row[:3]: row[3:] for row in _rows(PEAKS, asked)}
        return [
            self._flapping(row, shipped.get(row[:2], (ZERO, ZERO)), *peaks.get(row[:3], (None, None))) for row in rows
        ]

    def _flapping(
        self, row: Any, shipped: tuple[Decimal, Decimal], median: Decimal | None, high: Decimal | None
    ) -> Flapping:
        _product, place, cause, sku, name, unit, decimals, opened, resolved, threshold, *lead = row
        warehouse, suggested, margin = self._places[place], high, None
        if cause == Alert.Cause.SHORTAGE:
            suggested = reorder_point(*shipped, *lead, step=Decimal(1).scaleb(-decimals))
            if suggested in (None, threshold):
                margin = deadband(threshold, median, more_than=warehouse.threshold_margin)
        suggested = None if suggested == threshold else suggested
        return Flapping(sku, name, unit, warehouse, cause, opened, resolved, threshold, suggested, margin)


def reorder_point(
    total: Decimal, squares: Decimal, lead: Decimal | None, deviation: Decimal, *, step: Decimal
) -> Decimal | None:
    """Return d L + z sqrt(L sd^2 + d^2 sL^2), rounded up to a step; None without a lead time or any shipment.

    `total` and `squares` are the sum and the sum of squares of what was shipped a day, in DEMAND_DAYS days.
    """
    if lead is None or total <= 0:
        return None
    mean = total / DEMAND_DAYS
    variance = max(squares / DEMAND_DAYS - mean * mean, Decimal(0))
    return (mean * lead + Z * (lead * variance + (mean * deviation) ** 2).sqrt()).quantize(step, ROUND_UP)


def deadband(threshold: Decimal | None, peak: Decimal | None, *, more_than: Decimal) -> int | None:
    """Return which margin in whole percent of the threshold this peak does not exceed; None where it is no help.

    One of at most `more_than` is what the warehouse has, one of more than 100 can not be set.
    """
    if not threshold or peak is None:
        return None
    percent = ((peak - threshold) * 100 / threshold).quantize(Decimal(1), ROUND_UP)
    return int(percent) if more_than < percent <= 100 else None


def _rows(statement: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())
