"""Time zones by their IANA names."""

from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


@cache
def zone_names() -> frozenset[str]:
    """Return every zone this machine knows."""
    return frozenset(available_timezones())


@cache
def zone_choices() -> tuple[str, ...]:
    """Return the zones to propose, in order: those named after a place."""
    return tuple(sorted(name for name in zone_names() if "/" in name and not name.startswith(("Etc/", "SystemV/"))))


def validate_zone(name: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if name not in zone_names():
        raise ValidationError(_("Write a time zone like Europe/Berlin."))


def day_in(zone: str, now: datetime) -> date:
    """Return the calendar day of this moment in a zone."""
    return now.astimezone(ZoneInfo(zone)).date()
