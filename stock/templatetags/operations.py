"""How pages word what people did."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from stock.models import Operation

register = template.Library()

Kind = Operation.Kind
DONE = {
    Kind.RECEIVE: _("Received"),
    Kind.SHIP: _("Shipped"),
    Kind.MOVE: _("Moved"),
    Kind.TRANSFER: _("Transferred"),
    Kind.SEND: _("Sent"),
    Kind.ARRIVE: _("Received"),
    Kind.WRITE_OFF: _("Written off"),
    Kind.ADJUST: _("Adjusted"),
    Kind.COUNT: _("Counted"),
    Kind.REVERSE: _("Undone"),
}


@register.filter
def age(since: datetime) -> str:
    """Say how long ago a moment was, in its largest unit up to days, as in "11 days": warehouses set limits in days."""
    gone = timezone.now() - since
    if gone < timedelta(minutes=1):
        return str(_("less than a minute"))
    if gone < timedelta(days=1):
        return timesince(since, depth=1)
    return ngettext("%(days)s day", "%(days)s days", gone.days) % {"days": gone.days}


@register.filter
def done(kind: str) -> str:
    """Say what was done, as in "Shipped"."""
    return str(DONE[Kind(kind)])
