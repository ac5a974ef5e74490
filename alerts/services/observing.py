"""What opens, changes and closes an incident, and queues what people are told about it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from alerts.models import Alert, AlertEvent
from alerts.queries.recipients import Telling, people_to_tell, tellings
from inventory_site.web.hints import changed
from inventory_site.web.nudge import nudge
from warehouses.models import Warehouse

# Of what concerns no warehouse.
REOPEN_HOURS = 4
SEVERITY = {
    Alert.Type.LOW: Alert.Severity.WARNING,
    Alert.Type.OUT: Alert.Severity.CRITICAL,
    Alert.Type.OVERSTOCK: Alert.Severity.NOTICE,
    Alert.Type.EXPIRING: Alert.Severity.NOTICE,
    Alert.Type.EXPIRED: Alert.Severity.CRITICAL,
    Alert.Type.OVERDUE: Alert.Severity.WARNING,
    Alert.Type.VARIANCE: Alert.Severity.WARNING,
    Alert.Type.LEDGER: Alert.Severity.CRITICAL,
    Alert.Type.BACKUP: Alert.Severity.CRITICAL,
    Alert.Type.DRILL: Alert.Severity.CRITICAL,
    Alert.Type.QUEUE: Alert.Severity.CRITICAL,
}
LASTING = [field.attname for field in Alert._meta.concrete_fields if field.attname != "key"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What somebody who knows the facts has seen: a cause in its present state, or (`type` None) that it is gone.

    `facts` are the plain values that `alerts.models.wording` writes the message of this type from; days as ISO 8601.
    `rank` says how grave the state is within its cause; without one it is the severity, and without that the type's.
    """

    cause: Alert.Cause
    type: Alert.Type | None
    facts: dict[str, str]
    product_id: int | None = None
    warehouse: Warehouse | None = None
    lot_id: int | None = None
    subject: str = ""
    severity: Alert.Severity | None = None
    rank: int | None = None

    @property
    def key(self) -> str:
        """The cause in one text, as the database writes it (`Alert.key`)."""
        place = self.warehouse.pk if self.warehouse else None
        return ":".join(
            [self.cause.value, *(str(each or "") for each in (self.product_id, place, self.lot_id)), self.subject]
        )

    def graveness(self, kind: Alert.Type) -> tuple[Alert.Severity, int]:
        """Return how severe and how grave this is, as one of its type."""
        severity = self.severity or SEVERITY[kind]
        return severity, self.rank or severity.value


@dataclass
class Change:
    """An incident as it is to be written, what has happened to it, and whom to tell."""

    alert: Alert
    events: list[AlertEvent.Kind] = field(default_factory=list)
    told: list[Telling] = field(default_factory=list)


def observe(findings: Sequence[Finding], *, now: datetime) -> None:
    """Bring the incidents in line with what was found, and queue what people must be told, in the caller's transaction.

    One live incident a cause; of two findings of one cause the last counts. A returning cause re-opens the incident
    that was resolved within the warehouse's re-open time. People are told of a state that is graver than what they
    were told of before, and of nothing else; one that a person has resolved stays so until it is graver or gone.

    Locks the alerts in the order of their keys, so the caller takes its own locks first. At most three statements,
    however many findings and people; none without findings.
    """
    pending = {finding.key: finding for finding in findings}
    if not pending:
        return
    with transaction.atomic(savepoint=False):
        # One round, unless somebody who does not hold the caller's locks opens the same incident at this very moment.
        while pending:
            pending = _observe(pending, now)


def _observe(findings: dict[str, Finding], now: datetime) -> dict[str, Finding]:
    """Do one round; return the findings whose incident another transaction has opened meanwhile."""
    incidents = _lock(findings.values(), now)
    changes: dict[str, Change] = {}
    for key, finding in findings.items():
        incident = incidents.get(key)
        if incident is None:
            if finding.type is not None:
                changes[key] = _open(finding, finding.type, now)
        elif (events := _change(incident, finding, now)) or is_untold(incident):
            changes[key] = Change(incident, events)
    if not changes:
        return {}
    untold = [change for change in changes.values() if is_untold(change.alert)]
    if untold:
        places = {change.alert.warehouse_id for change in untold if change.alert.warehouse_id}
        people = people_to_tell(places)
        for change in untold:
            change.told = tellings(change.alert, people, now=now)
    return {key: findings[key] for key in write(changes, now=now)}


def _open(finding: Finding, kind: Alert.Type, now: datetime) -> Change:
    severity, rank = finding.graveness(kind)
    alert = Alert(
        cause=finding.cause,
        type=kind,
        product_id=finding.product_id,
        warehouse=finding.warehouse,
        lot_id=finding.lot_id,
        subject=finding.subject,
        facts=finding.facts,
        severity=severity,
        rank=rank,
        created=now,
        opened=now,
    )
    return Change(alert, [AlertEvent.Kind.OPENED])


def _change(incident: Alert, finding: Finding, now: datetime) -> list[AlertEvent.Kind]:
    """Bring a locked incident in line with the finding; return what has happened to it."""
    if finding.type is None:
        return _gone(incident, now)
    severity, rank = finding.graveness(finding.type)
    graver = rank > max(incident.rank, incident.told_rank)
    same = (incident.type, incident.rank, incident.severity) == (finding.type, rank, severity)
    if not graver and incident.standing and same:
        return []
    events = [AlertEvent.Kind.CHANGED]
    if incident.is_resolved and (graver or not incident.standing):
        events = [AlertEvent.Kind.REOPENED]
    if graver:
        reopen(incident, now)
    elif not incident.standing:
        _return(incident, now)
    incident.type, incident.severity, incident.rank, incident.facts = finding.type, severity, rank, finding.facts
    return events


def _gone(incident: Alert, now: datetime) -> list[AlertEvent.Kind]:
    if not incident.standing:
        return []
    incident.standing = False
    if incident.is_resolved:
        return [AlertEvent.Kind.CLEARED]
    incident.status, incident.resolved, incident.snoozed_until = Alert.Status.RESOLVED, now, None
    return [AlertEvent.Kind.RESOLVED]


def reopen(incident: Alert, now: datetime) -> None:
    """Make a locked incident open as if nobody had taken notice of it yet; its assignee stays."""
    incident.status, incident.standing, incident.opened = Alert.Status.OPEN, True, now
    incident.acknowledged = incident.snoozed_until = incident.escalated = incident.resolved = None
    incident.acknowledged_by_id = incident.snoozed_by_id = incident.resolved_by_id = None
    incident.resolution = ""


def _return(incident: Alert, now: datetime) -> None:
    """Let a locked incident whose cause is back go on as if it had not been away: nobody is told, nobody asked anew."""
    taken, escalated = (incident.acknowledged, incident.acknowledged_by_id), incident.escalated
    reopen(incident, now)
    incident.escalated = escalated
    if taken[0]:
        incident.status = Alert.Status.ACKNOWLEDGED
        incident.acknowledged, incident.acknowledged_by_id = taken


def is_untold(alert: Alert) -> bool:
    return not alert.is_resolved and alert.rank > alert.told_rank


LOCK = """
    SELECT a.* FROM alerts_alert a
    JOIN jsonb_to_recordset(%s) AS f(key text, since timestamptz) ON a.key = f.key
    WHERE a.standing OR a.resolved > f.since
    ORDER BY a.key, a.standing, a.resolved
    FOR NO KEY UPDATE OF a
"""


def _lock(findings: Iterable[Finding], now: datetime) -> dict[str, Alert]:
    """Lock and return the incident of each cause that has one: the live one, else the one resolved last."""
    wanted = [
        {
            "key": finding.key,
            "since": now - timedelta(hours=finding.warehouse.reopen_hours if finding.warehouse else REOPEN_HOURS),
        }
        for finding in findings
    ]
    return {alert.key: alert for alert in Alert.objects.raw(LOCK, [_json(wanted)])}


# What people are told bears the facts of this moment, so that a mail that leaves later says what it was written for.
WRITE = f"""
    WITH wanted AS (
        SELECT * FROM jsonb_populate_recordset(NULL::alerts_alert, %(alerts)s)
    ), changed AS (
        UPDATE alerts_alert a
        SET type = w.type, facts = w.facts, severity = w.severity, rank = w.rank, told_rank = w.told_rank,
            told_count = w.told_count, standing = w.standing, status = w.status, assignee_id = w.assignee_id,
            opened = w.opened, acknowledged = w.acknowledged, acknowledged_by_id = w.acknowledged_by_id,
            snoozed_until = w.snoozed_until, snoozed_by_id = w.snoozed_by_id, escalated = w.escalated,
            resolved = w.resolved, resolved_by_id = w.resolved_by_id, resolution = w.resolution, worked = NULL
        FROM wanted w WHERE a.id = w.id
        RETURNING a.id, a.key, a.told_count
    ), opened AS (
        INSERT INTO alerts_alert ({", ".join(name for name in LASTING if name != "id")})
        SELECT {", ".join(name for name in LASTING if name != "id")} FROM wanted WHERE id IS NULL ORDER BY key
        ON CONFLICT DO NOTHING
        RETURNING id, key, told_count
    ), written AS (
        SELECT * FROM changed UNION ALL SELECT * FROM opened
    ), queued AS (
        INSERT INTO alerts_delivery (purpose, alert_id, dedupe_key, person_id, channel, facts, status, attempts,
                                     next_attempt, provider_id, provider_status, error, created, sent, telling)
        SELECT 'alert', w.id, 'alert:' || w.id || ':' || w.told_count, d.person_id, d.channel, d.facts, d.status, 0,
               coalesce(d.due, now()), '', '', '', now(), CASE WHEN d.status = 'sent' THEN now() END,
               row_number() OVER (PARTITION BY w.id, d.person_id ORDER BY d.channel) = 1
        FROM jsonb_to_recordset(%(told)s) AS d(
            key text, person_id bigint, channel text, status text, due timestamptz, facts jsonb
        ) JOIN written w USING (key)
        ON CONFLICT DO NOTHING
    ), history AS (
        INSERT INTO alerts_alertevent (alert_id, kind, at, by_id, text, facts)
        SELECT w.id, e.kind, e.at, e.by_id, e.text, e.facts
        FROM jsonb_to_recordset(%(events)s) AS e(
            n int, key text, kind text, at timestamptz, by_id bigint, text text, facts jsonb
        ) JOIN written w USING (key) ORDER BY e.n
    )
    SELECT key FROM opened
"""  # nosec B608 # only names of our own columns


def write(changes: Mapping[str, Change], *, now: datetime, because: str = "") -> set[str]:
    """Write the incidents by their keys, their history and a delivery for each telling, in one statement.

    Return the keys of the new ones that were not kept, because another transaction has opened the same incident: of
    these nobody is told. `because` says in the history and to the people why they are told again.
    """
    for change in changes.values():
        if change.told:
            change.alert.told_rank, change.alert.told_count = change.alert.rank, change.alert.told_count + 1
            change.events.append(AlertEvent.Kind.TOLD)
    alerts = [
        {"key": key, **{name: getattr(change.alert, name) for name in LASTING}} for key, change in changes.items()
    ]
    told = [_told(key, change.alert, telling, because) for key, change in changes.items() for telling in change.told]
    events = [_event(key, change, kind, now) for key, change in changes.items() for kind in change.events]
    with connection.cursor() as cursor:
        values = {"alerts": _json(alerts), "told": _json(told)}
        cursor.execute(WRITE, {**values, "events": _json([{"n": n, **each} for n, each in enumerate(events)])})
        kept = {key for (key,) in cursor.fetchall()}
    if told:
        nudge("alerts.tasks.relay")
    for place in {change.alert.warehouse_id for change in changes.values()}:
        here = [change.alert.pk for change in changes.values() if change.alert.warehouse_id == place]
        changed("alerts", place=place, ids=[pk for pk in here if pk])
    return {key for key, change in changes.items() if change.alert.pk is None and key not in kept}


def _told(key: str, alert: Alert, telling: Telling, because: str) -> dict[str, object]:
    return {
        "key": key,
        "person_id": telling.person.pk,
        "channel": telling.channel,
        "status": telling.status,
        "due": telling.due,
        "facts": {**alert.facts, "type": alert.type, **({"because": because} if because else {})},
    }


def _event(key: str, change: Change, kind: AlertEvent.Kind, now: datetime) -> dict[str, object]:
    facts: dict[str, object] = {"type": change.alert.type}
    if kind == AlertEvent.Kind.TOLD:
        facts["people"] = len({telling.person.pk for telling in change.told})
    return {"key": key, "kind": kind, "at": now, "by_id": None, "text": "", "facts": facts}


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return json.dumps(rows, default=str)
