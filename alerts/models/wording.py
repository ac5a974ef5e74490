"""The words of an alert, written from its plain facts in the language in force."""

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

HEADLINES = {
    "low": _("Low: %(sku)s at %(warehouse)s, %(quantity)s left"),
    "out": _("Out of stock: %(sku)s at %(warehouse)s"),
    "overstock": _("Overstock: %(sku)s at %(warehouse)s, %(quantity)s on hand"),
    "expiring": _("Expires %(expires)s: %(sku)s, lot %(lot)s at %(warehouse)s"),
    "expired": _("Expired: %(sku)s, lot %(lot)s at %(warehouse)s"),
    "overdue": _("Overdue: transfer %(transfer)s from %(source)s to %(warehouse)s"),
    "variance": _("Count %(count)s at %(warehouse)s differs by more than the tolerance"),
    "ledger": _("The ledger does not add up"),
    "backup": _("The backup failed"),
    "drill": _("The restore drill failed"),
    "queue": _("Messages are stuck: %(channel)s"),
    # What is told besides alerts.
    "digest": _("Daily digest, alerts: %(count)s"),
    "test": _("This is a test"),
}
# The level goes on changing after it was noticed, so the sentences say what was seen then.
MESSAGES = {
    "low": _(
        "%(quantity)s %(unit)s of %(name)s were left at %(warehouse_name)s when this was noticed. "
        "The low threshold is %(threshold)s %(unit)s."
    ),
    "out": _(
        "No %(name)s was left at %(warehouse_name)s when this was noticed. The low threshold is %(threshold)s %(unit)s."
    ),
    "overstock": _(
        "%(quantity)s %(unit)s of %(name)s were on hand at %(warehouse_name)s when this was noticed. "
        "The high threshold is %(threshold)s %(unit)s."
    ),
    "expiring": _(
        "%(quantity)s %(unit)s of %(name)s, lot %(lot)s, lay at %(warehouse_name)s when this was noticed. "
        "Its last good day is %(expires)s."
    ),
    "expired": _(
        "%(quantity)s %(unit)s of %(name)s, lot %(lot)s, lay at %(warehouse_name)s when this was noticed. "
        "Its last good day was %(expires)s; it is not shipped any more."
    ),
    "overdue": _(
        "Transfer %(transfer)s left %(source_name)s for %(warehouse_name)s on %(sent)s and has not arrived as a whole. "
        "A transfer may take %(limit)s days."
    ),
    "variance": _(
        "%(lines)s lines of count %(count)s at %(warehouse_name)s differ by more than %(tolerance)s%%. "
        "A manager reviews it."
    ),
    "ledger": _("verify_ledger found %(differences)s differences. Booking goes on; find out what was changed by hand."),
    "backup": _("The last backup did not succeed: %(reason)s"),
    "drill": _("The last trial of restoring a backup did not succeed: %(reason)s"),
    "queue": _("%(waiting)s messages by %(channel)s have waited since %(since)s or longer. Is the worker running?"),
    "digest": _("What has happened since the last digest."),
    "test": _("Messages from Holdfast reach you through this channel."),
}
# Why somebody is told of an incident anew.
BECAUSE = {
    "escalated": _("Nobody has acknowledged this in time, so it goes to you as the next in line."),
    "assigned": _("This was given to you to see to."),
    "handed on": _("Whoever was told of this before may no longer see it, so it goes to you."),
    "woke": _("The time for which this was snoozed is over, and its cause still stands."),
}
DAYS = ("expires", "sent")


def headline(kind: str, facts: Mapping[str, str]) -> str:
    """Write the line of an alert of this type in the language in force."""
    return str(HEADLINES[kind]) % _spoken(facts)


def message(kind: str, facts: Mapping[str, str]) -> str:
    """Write the sentence of an alert of this type in the language in force."""
    return str(MESSAGES[kind]) % _spoken(facts)


def _spoken(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts with days as people write them; they are kept as ISO 8601."""
    days = {name: date_format(date.fromisoformat(facts[name]), "j M Y") for name in DAYS if facts.get(name)}
    return {**facts, **days}
