"""How pages word what people did."""

from django import template
from django.utils.translation import gettext_lazy as _

from stock.models import Operation

register = template.Library()

Kind = Operation.Kind
DONE = {
    Kind.RECEIVE: _("Received"),
    Kind.SHIP: _("Shipped"),
    Kind.MOVE: _("Moved"),
    Kind.TRANSFER: _("Transferred"),
    Kind.ADJUST: _("Adjusted"),
    Kind.REVERSE: _("Undone"),
}


@register.filter
def done(kind: str) -> str:
    """Say what was done, as in "Shipped"."""
    return str(DONE[Kind(kind)])
