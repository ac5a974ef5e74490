"""What time does to incidents: those that rest come back, and those that nobody takes go to the next in line."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import (
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Value,
)
from django.db.models.functions import Concat

from accounts.models import User
from alerts.models import Alert, AlertEvent, Delivery
from alerts.queries.recipients import (
    Telling,
    admins_to_tell,
    in_person,
    may_be_told,
    people_by_id,
    people_to_tell,
    tellings,
)
from alerts.services.observing import Change, write

BATCH = 200
# No warehouse has a shorter time (its validator), and the index is by the moment alone.
SHORTEST = timedelta(minutes=5)
# What waited longest, for a digest after quiet hours, is withdrawn within this time.
LOST = timedelta(days=3)


def wake(*, at: datetime) -> int:
    """Open the alerts whose rest is over and tell who let them rest and who has them; return how many.

    Any number may run at once: each alert is taken by one of them.
    """
    return _in_batches(_wake, at)


def escalate(*, at: datetime) -> int:
    """Tell the next in line of critical alerts that nobody has acknowledged in their warehouse's time; return how many.

    Where there is no next in line, or one who may not see the warehouse, the admins are told. Once an opening.
    """
    return _in_batches(_escalate, at)


def _in_batches(work: Callable[[datetime], int], at: datetime) -> int:
    done = 0
    while found := work(at):
        done += found
    return done


@transaction.atomic(durable=True)
def _wake(at: datetime) -> int:
    alerts = _take(Alert.objects.filter(status=Alert.Status.SNOOZED, snoozed_until__lte=at))
    ids = {one for alert in alerts for one in (alert.snoozed_by_id, alert.assignee_id) if one}
    people = people_by_id(ids, _places(alerts)) if ids else {}
    by_default = people_to_tell(_places(alerts)) if alerts else []
    changes = {}
    for alert in alerts:
        wanted = {one for one in (alert.snoozed_by_id, alert.assignee_id) if one}
        # It has to be acknowledged anew, in the time that a new one has.
        alert.status, alert.opened, alert.escalated = Alert.Status.OPEN, at, None
        alert.acknowledged = alert.acknowledged_by_id = alert.snoozed_until = alert.snoozed_by_id = None
        told = _tellings(alert, [people[one] for one in sorted(wanted & people.keys())], at)
        # Where none of them may be told any more, it concerns whom it would if it were new.
        told = told or tellings(alert, by_default, now=at)
        changes[alert.key] = Change(alert, [AlertEvent.Kind.WOKE], told)
    if changes:
        write(changes, now=at, because="woke")
    return len(changes)


@transaction.atomic(durable=True)
def _escalate(at: datetime) -> int:
    patience = ExpressionWrapper(
        F("warehouse__escalate_minutes") * Value(timedelta(minutes=1)), output_field=DurationField()
    )
    due = ExpressionWrapper(F("opened") + patience, output_field=DateTimeField())
    alerts = _take(
        Alert.objects.unclaimed()
        .filter(severity=Alert.Severity.CRITICAL, escalated=None, opened__lte=at - SHORTEST)
        .alias(due=due)
        .filter(due__lte=at)
    )
    if not alerts:
        return 0
    people = people_by_id({one for alert in alerts if (one := _next_in_line(alert))}, _places(alerts))
    admins = admins_to_tell(_places(alerts))
    changes = {}
    for alert in alerts:
        following = people.get(_next_in_line(alert) or 0)
        asked = [following] if following and may_be_told(following, alert.warehouse_id) else admins
        alert.escalated = at
        changes[alert.key] = Change(alert, [AlertEvent.Kind.ESCALATED], _tellings(alert, asked, at))
    write(changes, now=at, because="escalated")
    return len(changes)


@transaction.atomic(durable=True)
def hand_on(*, at: datetime) -> int:
    """Tell of incidents again whose deliveries were all withdrawn, for their people lost the right; return of how many.

    Told are those whom such an incident concerns now. What stands in the app of somebody who lost the right is no
    telling. Any number may run at once.
    """
    this = Concat(Value("alert:"), OuterRef("pk"), Value(":"), OuterRef("told_count"), output_field=CharField())
    telling = Delivery.objects.filter(dedupe_key=this)
    away = Delivery.objects.filter(status=Delivery.Status.WITHDRAWN)
    lost = away.filter(purpose=Delivery.Purpose.ALERT, created__gte=at - LOST)
    same = away.filter(dedupe_key=OuterRef("dedupe_key"), person=OuterRef("person"))
    nobody = Alert.objects.unresolved().filter(
        Exists(telling.filter(status=Delivery.Status.WITHDRAWN)),
        ~Exists(telling.exclude(status=Delivery.Status.WITHDRAWN).exclude(Exists(same))),
        pk__in=lost.values("alert"),
    )
    alerts = _take(nobody)
    people = people_to_tell(_places(alerts)) if alerts else []
    found = {alert.key: Change(alert, told=tellings(alert, people, now=at)) for alert in alerts}
    changes = {key: change for key, change in found.items() if change.told}
    if changes:
        write(changes, now=at, because="handed on")
    return len(changes)


def _take(alerts: QuerySet[Alert]) -> list[Alert]:
    """Lock a batch of them, in the order in which all lock alerts; those that somebody works on are left for later."""
    locked = alerts.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related("warehouse")
    return list(locked.order_by("key")[:BATCH])


def _places(alerts: Iterable[Alert]) -> set[int]:
    return {alert.warehouse_id for alert in alerts if alert.warehouse_id}


def _next_in_line(alert: Alert) -> int | None:
    return alert.warehouse.next_in_line_id if alert.warehouse else None


def _tellings(alert: Alert, people: Iterable[User], at: datetime) -> list[Telling]:
    return [telling for person in people for telling in in_person(alert, person, now=at)]
