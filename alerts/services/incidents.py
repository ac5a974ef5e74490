"""What people do with an incident. Each verb locks the alert, looks at it, changes it and adds to its history."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.errors import AlertRefused, AlertResolved
from alerts.models import Alert, AlertEvent
from alerts.queries import people_who_may_act
from alerts.queries.recipients import in_person, people_by_id
from alerts.services.observing import Change, write
from inventory_site.web.hints import changed

LONGEST_SNOOZE = timedelta(days=30)
# What a form shows as one minute has begun already when it is sent.
GRACE = timedelta(minutes=2)


@transaction.atomic(durable=True)
def acknowledge(*, alert: Alert, by: User, at: datetime) -> Alert:
    """Note that a person has taken notice; they become the assignee where there is none. Twice is the same as once.

    Locks the alert. Raises AlertResolved where the cause is gone.
    """
    locked = lock(alert)
    if locked.is_resolved:
        raise AlertResolved(
            _("This alert is resolved; there is nothing left to acknowledge.")
            if locked.resolved_by
            else _("This alert has resolved itself; there is nothing left to acknowledge.")
        )
    if locked.status != Alert.Status.ACKNOWLEDGED:
        take_notice(locked, by=by, at=at)
    return locked


def take_notice(locked: Alert, *, by: User, at: datetime, **facts: str) -> None:
    """Make a locked alert, open or snoozed, acknowledged by this person."""
    locked.status, locked.acknowledged, locked.acknowledged_by = Alert.Status.ACKNOWLEDGED, at, by
    locked.assignee = locked.assignee or by
    locked.snoozed_until = locked.snoozed_by = None
    locked.save()
    _note(locked, AlertEvent.Kind.ACKNOWLEDGED, by=by, at=at, **facts)


@transaction.atomic(durable=True)
def snooze(*, alert: Alert, by: User, until: datetime, at: datetime) -> Alert:
    """Let an alert rest until a moment, at most 30 days ahead; a minute after it, it is open again (`wake`).

    Locks the alert. Raises AlertResolved, and AlertRefused where the moment is past or too far away.
    """
    if until <= at:
        raise AlertRefused(_("That moment is past. Choose a later one."))
    if until > at + LONGEST_SNOOZE + GRACE:
        raise AlertRefused(_("An alert rests for at most 30 days. Choose an earlier moment."))
    locked = _live(alert)
    if locked.status == Alert.Status.SNOOZED and (locked.snoozed_until, locked.snoozed_by) == (until, by):
        return locked
    locked.status, locked.snoozed_until, locked.snoozed_by = Alert.Status.SNOOZED, until, by
    locked.assignee = locked.assignee or by
    locked.save()
    _note(locked, AlertEvent.Kind.SNOOZED, by=by, at=at, until=until.isoformat())
    return locked


@transaction.atomic(durable=True)
def assign(*, alert: Alert, to: User, by: User, at: datetime) -> Alert:
    """Give an alert to somebody who may act on it, and tell them unless they took it themselves.

    Giving it to whom it belongs changes nothing.

    Locks the alert. Raises AlertResolved, and AlertRefused where that person may not operate in its warehouse.
    """
    locked = _live(alert)
    if not people_who_may_act(locked).filter(pk=to.pk).exists():
        raise AlertRefused(_("%(person)s may not act on this alert. Choose somebody else.") % {"person": to})
    if locked.assignee_id != to.pk:
        locked.assignee = to
        locked.save()
        _note(locked, AlertEvent.Kind.ASSIGNED, by=by, at=at, to=str(to))
        if to.pk != by.pk:
            _tell(locked, to, at)
    return locked


def _tell(locked: Alert, to: User, at: datetime) -> None:
    people = people_by_id({to.pk}, {locked.warehouse_id} if locked.warehouse_id else ())
    told = [telling for person in people.values() for telling in in_person(locked, person, now=at)]
    if told:
        write({locked.key: Change(locked, told=told)}, now=at, because="assigned")


@transaction.atomic(durable=True)
def comment(*, alert: Alert, text: str, by: User, at: datetime) -> Alert:
    """Add a comment of at most 1,000 characters to the history, also after the end. The same twice in a row is one.

    Locks the alert. Raises AlertRefused where there is no text or too much.
    """
    text = text.strip()
    if not text:
        raise AlertRefused(_("Write a comment."))
    if len(text) > 1000:
        raise AlertRefused(_("Write at most 1000 characters."))
    locked = lock(alert)
    last = locked.events.order_by("-id").first()
    if not (last and (last.kind, last.by_id, last.text) == (AlertEvent.Kind.COMMENTED, by.pk, text)):
        _note(locked, AlertEvent.Kind.COMMENTED, by=by, at=at, text=text)
    return locked


@transaction.atomic(durable=True)
def resolve(*, alert: Alert, why: str, by: User, at: datetime) -> Alert:
    """End an incident by hand although its cause may stand: nobody is told of it anew until that is graver or gone.

    The same person with the same words a second time changes nothing.

    Locks the alert. Raises AlertResolved where it is over already, AlertRefused without a word why.
    """
    why = why.strip()
    if not why:
        raise AlertRefused(_("Say why it is resolved."))
    if len(why) > 200:
        raise AlertRefused(_("Write at most 200 characters."))
    locked = _live(alert, unless=(by, why))
    if locked.is_resolved:
        return locked
    locked.status, locked.resolved, locked.resolved_by = Alert.Status.RESOLVED, at, by
    locked.resolution, locked.snoozed_until, locked.snoozed_by = why, None, None
    locked.save()
    _note(locked, AlertEvent.Kind.RESOLVED, by=by, at=at, text=why)
    return locked


def lock(alert: Alert) -> Alert:
    """Lock an alert and return it as it is now, with its names."""
    return Alert.objects.select_for_update(no_key=True, of=("self",)).with_names().get(pk=alert.pk)


def _live(alert: Alert, *, unless: tuple[User, str] | None = None) -> Alert:
    """Return the locked alert; raises AlertResolved, with the words for who came late, where it is over.

    `unless` it was this person who has ended it so.
    """
    locked = lock(alert)
    if locked.is_resolved and unless and unless == (locked.resolved_by, locked.resolution):
        return locked
    if locked.is_resolved and locked.resolved_by:
        raise AlertResolved(
            _("%(person)s has resolved this alert meanwhile. Nothing was changed.") % {"person": locked.resolved_by}
        )
    if locked.is_resolved:
        raise AlertResolved(_("This alert has resolved itself meanwhile. Nothing was changed."))
    return locked


def _note(alert: Alert, kind: AlertEvent.Kind, *, by: User | None, at: datetime, text: str = "", **facts: str) -> None:
    AlertEvent.objects.create(alert=alert, kind=kind, by=by, at=at, text=text, facts=facts)
    changed("alerts", place=alert.warehouse_id, ids=[alert.pk], by=by.pk if by else None)
