"""What people do with an incident."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts.errors import AlertResolved
from alerts.models import Alert, AlertEvent


@transaction.atomic(durable=True)
def acknowledge(*, alert: Alert, by: User, at: datetime) -> Alert:
    """Note that a person has taken notice; they become the assignee where there is none. Twice is the same as once.

    Locks the alert. Raises AlertResolved where the cause is gone.
    """
    locked = _lock(alert)
    if locked.is_resolved:
        raise AlertResolved(_("This alert has resolved itself; there is nothing left to acknowledge."))
    if locked.status != Alert.Status.ACKNOWLEDGED:
        locked.status, locked.acknowledged, locked.acknowledged_by = Alert.Status.ACKNOWLEDGED, at, by
        locked.assignee = locked.assignee or by
        locked.snoozed_until = locked.snoozed_by = None
        locked.save()
        _note(locked, AlertEvent.Kind.ACKNOWLEDGED, by=by, at=at)
    return locked


def _lock(alert: Alert) -> Alert:
    return Alert.objects.select_for_update(no_key=True, of=("self",)).with_names().get(pk=alert.pk)


def _note(alert: Alert, kind: AlertEvent.Kind, *, by: User | None, at: datetime, text: str = "", **facts: str) -> None:
    AlertEvent.objects.create(alert=alert, kind=kind, by=by, at=at, text=text, facts=facts)
