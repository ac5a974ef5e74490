"""Transfers that take longer than their destination allows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from alerts import services as alerts
from alerts.models import Alert
from alerts.services import Finding
from stock.ledger.sweep import in_batches, suspects
from stock.models import SweepMark, Transfer
from stock.models.transfer import late_before
from warehouses.models import Warehouse

# The moments are `late_before` of each destination on the day that its mark is at.
PLACES = "unnest(%(places)s::bigint[], %(moments)s::timestamptz[]) AS place (id, late_before)"
LATE = "t.state = 'sent' AND t.sent < place.late_before"

# Transfers whose state and incident disagree.
SUSPECTS = f"""
WITH late AS (
    SELECT t.id
      FROM stock_transfer t
      JOIN {PLACES} ON place.id = t.destination_id
     WHERE {LATE}
), live AS (
    SELECT split_part(subject, ':', 2)::bigint AS id FROM alerts_alert WHERE cause = 'overdue' AND standing
)
SELECT coalesce(late.id, live.id) FROM late FULL JOIN live ON live.id = late.id
 WHERE late.id IS NULL OR live.id IS NULL
 ORDER BY 1
"""  # nosec B608 # only texts of our own

LOCK = f"""
SELECT t.id, t.source_id, t.destination_id, (t.sent AT TIME ZONE w.time_zone)::date, {LATE}
  FROM stock_transfer t
  JOIN {PLACES} ON place.id = t.destination_id
  JOIN warehouses_warehouse w ON w.id = t.destination_id
 WHERE t.id = ANY(%(transfers)s::bigint[])
 ORDER BY t.id
   FOR NO KEY UPDATE OF t
"""  # nosec B608 # only texts of our own


def judge_transfers(*, at: datetime) -> int:
    """Bring alerts in line with the transfers on the way; return how many were looked at. Locks them by id."""
    warehouses = Warehouse.objects.in_bulk()
    days = SweepMark.objects.values_list("warehouse", "day")
    late = {pk: late_before(warehouses[pk], day) for pk, day in days if pk in warehouses}
    places = {"places": list(late), "moments": list(late.values())}
    return in_batches(suspects(SUSPECTS, places), lambda rows: _judge(rows, warehouses, places, at))


def _judge(
    rows: Sequence[tuple[Any, ...]], warehouses: dict[int, Warehouse], places: dict[str, Any], at: datetime
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"transfers": [pk for (pk,) in rows], **places})
        found = cursor.fetchall()
    findings = []
    for pk, source_id, destination_id, sent, is_late in found:
        transfer = Transfer(pk=pk, source=warehouses[source_id], destination=warehouses[destination_id])
        facts = {
            "transfer": str(transfer),
            "source": transfer.source.code,
            "source_name": transfer.source.name,
            "warehouse": transfer.destination.code,
            "warehouse_name": transfer.destination.name,
            "sent": sent.isoformat() if sent else "",
            "limit": str(transfer.destination.transit_limit_days),
        }
        findings.append(_finding(transfer, facts if is_late else None))
    alerts.observe(findings, now=at)


def arrived(transfer: Transfer, *, sent: datetime, at: datetime) -> list[Finding]:
    """Say of a transfer that is over now that it is not overdue any more, where it may have been; else nothing.

    What this misses (the limit was raised since it was told of) the sweep resolves.
    """
    today = at.astimezone(ZoneInfo(transfer.destination.time_zone)).date()
    return [_finding(transfer, None)] if sent < late_before(transfer.destination, today) else []


def _finding(transfer: Transfer, facts: dict[str, str] | None) -> Finding:
    """Return that it is late, with these facts, or without any that it is not."""
    return Finding(
        cause=Alert.Cause.OVERDUE,
        type=Alert.Type.OVERDUE if facts else None,
        warehouse=transfer.destination,
        subject=f"transfer:{transfer.pk}",
        facts=facts or {},
    )
