"""Everything that opens, changes and closes an incident, and queues what people are told about it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import holders
from alerts.errors import AlertResolved
from alerts.models import SEVERITY, Alert, Delivery
from inventory_site.web.nudge import nudge
from warehouses.models import Warehouse

Cause = tuple[str, int | None, int | None, int | None, str]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What somebody who knows the facts has seen: a cause in its present state, or (`type` None) that it is gone.

    `facts` are plain values: sku, name, unit, quantity, threshold, warehouse (its code), warehouse_name.
    """

    cause: Alert.Cause
    type: Alert.Type | None
    product_id: int
    warehouse: Warehouse
    facts: dict[str, str]
    lot_id: int | None = None
    subject: str = ""

    @property
    def key(self) -> Cause:
        return (self.cause.value, self.product_id, self.warehouse.pk, self.lot_id, self.subject)


def observe(findings: Sequence[Finding], *, now: datetime) -> None:
    """Bring the incidents in line with what was found, and queue what people must be told, in the caller's transaction.

    One live incident a cause; of two findings of one cause the last counts. A returning cause re-opens the incident
    that was resolved within the warehouse's re-open time. People are told of a state that is more severe than what
    they were told of before, and of nothing else.

    Locks the alerts in the order (cause, product, warehouse, lot, subject), so the caller takes its own locks first.
    At most three statements, however many findings and people; none without findings.
    """
    pending = {finding.key: finding for finding in findings}
    if not pending:
        return
    with transaction.atomic(savepoint=False):
        # One round, unless somebody who does not hold the caller's locks opens the same incident at this very moment.
        while pending:
            pending = _observe(pending, now)


def _observe(findings: dict[Cause, Finding], now: datetime) -> dict[Cause, Finding]:
    """Do one round; return the findings whose incident another transaction has opened meanwhile."""
    incidents = _lock(findings.values(), now)
    changed, opened = [], []
    for key, finding in findings.items():
        incident = incidents.get(key)
        if incident is None and finding.type is not None:
            opened.append(_open(finding, finding.type, now))
        elif incident is not None and (_change(incident, finding, now) or _untold(incident)):
            changed.append(incident)
    untold = list(filter(_untold, [*changed, *opened]))
    people = _people({finding.warehouse.pk for finding in findings.values()}) if untold else {}
    told = [alert for alert in untold if people.get(alert.warehouse_id)]
    for alert in told:
        alert.told_severity = alert.severity
        alert.told_count += 1
    if not changed and not opened:
        return {}
    kept = _write([*changed, *opened], told, people)
    if told:
        nudge("alerts.tasks.relay")
    return {key: findings[key] for key in map(_key, opened) if key not in kept}


def _open(finding: Finding, kind: Alert.Type, now: datetime) -> Alert:
    return Alert(
        cause=finding.cause,
        type=kind,
        product_id=finding.product_id,
        warehouse_id=finding.warehouse.pk,
        lot_id=finding.lot_id,
        subject=finding.subject,
        facts=finding.facts,
        severity=SEVERITY[kind],
        created=now,
    )


def _change(incident: Alert, finding: Finding, now: datetime) -> bool:
    """Bring a locked incident in line with the finding; return whether anything has changed."""
    if finding.type is None:
        if incident.is_resolved:
            return False
        incident.status, incident.resolved = Alert.Status.RESOLVED, now
        return True
    severity = SEVERITY[finding.type]
    if incident.is_resolved or severity > incident.severity:
        incident.status, incident.resolved = Alert.Status.OPEN, None
        incident.acknowledged = incident.acknowledged_by_id = None
    elif incident.type == finding.type:
        return False
    incident.type, incident.severity, incident.facts = finding.type, severity, finding.facts
    return True


def _untold(alert: Alert) -> bool:
    return not alert.is_resolved and alert.severity > alert.told_severity


def _people(warehouses: Collection[int]) -> dict[int | None, list[int]]:
    """Return whom to tell about each warehouse: its managers, or the admins where it has none."""
    managers, admins = holders("manage", warehouses)
    return {warehouse: managers.get(warehouse) or admins for warehouse in warehouses}


def _key(alert: Alert) -> Cause:
    return (alert.cause, alert.product_id, alert.warehouse_id, alert.lot_id, alert.subject)


LOCK = """
    SELECT a.* FROM alerts_alert a
    JOIN jsonb_to_recordset(%s) AS f(
        cause text, product_id bigint, warehouse_id bigint, lot_id bigint, subject text, since timestamptz
    ) ON a.cause = f.cause AND a.product_id = f.product_id AND a.warehouse_id = f.warehouse_id
        AND a.lot_id IS NOT DISTINCT FROM f.lot_id AND a.subject = f.subject
    WHERE a.status <> 'resolved' OR a.resolved > f.since
    ORDER BY a.cause, a.product_id, a.warehouse_id, a.lot_id, a.subject, a.resolved
    FOR NO KEY UPDATE OF a
"""


def _lock(findings: Iterable[Finding], now: datetime) -> dict[Cause, Alert]:
    """Lock and return the incident of each cause that has one: the live one, else the one resolved last."""
    wanted = [
        {
            "cause": finding.cause,
            "product_id": finding.product_id,
            "warehouse_id": finding.warehouse.pk,
            "lot_id": finding.lot_id,
            "subject": finding.subject,
            "since": now - timedelta(hours=finding.warehouse.reopen_hours),
        }
        for finding in findings
    ]
    # The live one comes last: PostgreSQL sorts nulls after every moment.
    return {_key(alert): alert for alert in Alert.objects.raw(LOCK, [_json(wanted)])}


WRITE = """
    WITH wanted AS (
        SELECT * FROM jsonb_to_recordset(%(alerts)s) AS w(
            id bigint, cause text, type text, product_id bigint, warehouse_id bigint, lot_id bigint, subject text,
            facts jsonb, severity smallint, told_severity smallint, told_count integer, tell boolean, status text,
            created timestamptz, acknowledged timestamptz, acknowledged_by_id bigint, resolved timestamptz
        )
    ), changed AS (
        UPDATE alerts_alert a
        SET type = w.type, facts = w.facts, severity = w.severity, told_severity = w.told_severity,
            told_count = w.told_count, status = w.status, acknowledged = w.acknowledged,
            acknowledged_by_id = w.acknowledged_by_id, resolved = w.resolved
        FROM wanted w WHERE a.id = w.id
        RETURNING a.id, a.warehouse_id, a.told_count, a.type, a.facts, w.tell
    ), opened AS (
        INSERT INTO alerts_alert (cause, type, product_id, warehouse_id, lot_id, subject, facts, severity,
                                  told_severity, told_count, status, created)
        SELECT cause, type, product_id, warehouse_id, lot_id, subject, facts, severity,
               told_severity, told_count, status, created
        FROM wanted WHERE id IS NULL ORDER BY cause, product_id, warehouse_id, lot_id, subject
        ON CONFLICT DO NOTHING
        RETURNING *
    ), queued AS (
        INSERT INTO alerts_delivery (alert_id, dedupe_key, person_id, channel, facts,
                                     status, attempts, provider_id, error)
        SELECT t.id, 'alert:' || t.id || ':' || t.told_count, p.person_id, %(channel)s,
               t.facts || jsonb_build_object('type', t.type), 'waiting', 0, '', ''
        FROM (
            SELECT id, warehouse_id, told_count, type, facts FROM changed WHERE tell
            UNION ALL SELECT id, warehouse_id, told_count, type, facts FROM opened WHERE told_count > 0
        ) t
        JOIN jsonb_to_recordset(%(people)s) AS p(warehouse_id bigint, person_id bigint) USING (warehouse_id)
        ON CONFLICT DO NOTHING
    )
    SELECT cause, product_id, warehouse_id, lot_id, subject FROM opened
"""


def _write(alerts: list[Alert], told: list[Alert], people: dict[int | None, list[int]]) -> set[Cause]:
    """Write the alerts and a delivery for each person to be told; return the causes of the new ones that were kept.

    A new one is not kept, and nobody is told of it, where another transaction has opened the same incident.
    """
    columns = [field.attname for field in Alert._meta.concrete_fields]
    tell = {alert.pk for alert in told}
    rows = [{**{name: getattr(alert, name) for name in columns}, "tell": alert.pk in tell} for alert in alerts]
    pairs = [{"warehouse_id": place, "person_id": person} for place, those in people.items() for person in those]
    with connection.cursor() as cursor:
        values = {"alerts": _json(rows), "people": _json(pairs), "channel": Delivery.Channel.EMAIL.value}
        cursor.execute(WRITE, values)
        return set(cursor.fetchall())


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return json.dumps(rows, default=str)


@transaction.atomic(durable=True)
def acknowledge(*, alert: Alert, by: User, at: datetime) -> Alert:
    """Note that a person has taken notice; they become the assignee where there is none. Twice is the same as once.

    Locks the alert. Raises AlertResolved where the cause is gone.
    """
    locked = Alert.objects.select_for_update(no_key=True, of=("self",)).with_names().get(pk=alert.pk)
    if locked.is_resolved:
        raise AlertResolved(_("This alert has resolved itself; there is nothing left to acknowledge."))
    if locked.status != Alert.Status.ACKNOWLEDGED:
        locked.status, locked.acknowledged, locked.acknowledged_by = Alert.Status.ACKNOWLEDGED, at, by
        locked.assignee = locked.assignee or by
        locked.save(update_fields=["status", "acknowledged", "acknowledged_by", "assignee"])
    return locked
