"""Acknowledging by the signed link of a message, without signing in.

The link (`alerts.queries.links`) opens a page with one button. Whoever reads mails by machine opens links too, so
opening changes nothing. It acknowledges once: the history says which telling did, and what was used works no more.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from alerts.errors import LinkSpent
from alerts.models import Alert, AlertEvent, Delivery
from alerts.queries import may_act
from alerts.queries.links import Invited, acknowledge_link, read_link, telling_of
from alerts.services.incidents import lock, take_notice

__all__ = ["Invited", "acknowledge_by_link", "acknowledge_link", "read_link", "refuse_spent"]


def refuse_spent(invited: Invited) -> None:
    """Raise LinkSpent, with the sentence for the person, where the link acknowledges nothing any more."""
    alert, person = invited.alert, invited.person
    if not (person.is_active and may_act(person, alert)):
        raise LinkSpent(_("This link was withdrawn: you may no longer act on this alert."))
    used = AlertEvent.objects.filter(
        alert=alert, by=person, kind=AlertEvent.Kind.ACKNOWLEDGED, facts__link=str(invited.telling)
    )
    if used.exists():
        raise LinkSpent(_("This link was used already: you have acknowledged this alert with it."))
    if alert.is_resolved:
        raise LinkSpent(_("This alert is resolved. There is nothing left to acknowledge."))
    if alert.status == Alert.Status.ACKNOWLEDGED:
        words = {"person": alert.acknowledged_by or _("Somebody")}
        raise LinkSpent(_("%(person)s has acknowledged this alert already. There is nothing left to do.") % words)
    newest = Delivery.objects.filter(alert=alert, person=person).order_by("-id").first()
    if newest and telling_of(newest) > invited.telling:
        raise LinkSpent(_("You were told of this alert again since. Use the link of the newest message."))


@transaction.atomic(durable=True)
def acknowledge_by_link(*, invited: Invited, at: datetime) -> Alert:
    """Acknowledge as the person whom the link was sent to, if they still may; each link once.

    Locks the alert. Raises LinkSpent.
    """
    locked = lock(invited.alert)
    refuse_spent(Invited(locked, invited.person, invited.telling))
    take_notice(locked, by=invited.person, at=at, link=str(invited.telling))
    return locked
