"""Which past moment a page shows, and with which other one it is compared."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory_site.web.chips import Chip, without
from inventory_site.web.request import StaffRequest

# Nothing was booked before; and a moment far from here cannot be shown in every zone.
YEARS = range(1971, 9999)


class MomentField(forms.DateTimeField):
    """A moment that is over, in the reader's own time zone unless it names another (`2026-11-20T14:30+01:00`)."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(required=False, widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        # A plus in an address that nobody encoded is read as a blank.
        text = value.strip().replace(" ", "+") if isinstance(value, str) and "T" in value else value
        try:
            moment = super().to_python(text)
            readable = moment is None or moment.year in YEARS
        except (ValidationError, OverflowError, ValueError):
            readable = False
        if not readable:
            raise ValidationError(_("Write a day and a time that the clock showed, like 2026-11-20 14:30."))
        if moment is not None and moment > timezone.now():
            raise ValidationError(
                _("This is still to come. Now it is %(now)s: choose a moment before.") % {"now": worded(timezone.now())}
            )
        return moment


class Moments(forms.Form):
    """A past moment (`at`), another to compare with (`against`), both or none; what cannot be read is none.

    `at` None is now. Of two moments the later is the one that is shown, whichever was given first.
    """

    at = MomentField(label=gettext_lazy("As of"), help_text=gettext_lazy("What the books said then. Empty: now."))
    against = MomentField(
        label=gettext_lazy("Compare with"), help_text=gettext_lazy("Shows what came and left between the two.")
    )

    def __init__(self, request: StaffRequest, *, compare: bool = True) -> None:
        super().__init__(request.GET)
        self.request = request
        if not compare:
            del self.fields["against"]
        self.is_valid()
        at, against = self.cleaned_data.get("at"), self.cleaned_data.get("against")
        self.shown: datetime | None = max(at, against) if at and against else at
        self.since: datetime | None = min(at, against) if at and against else against

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return what the page's address says besides, for the form to keep."""
        return [
            (name, str(value)) for name, value in self.request.GET.items() if name not in ("at", "against", "after")
        ]

    @property
    def given(self) -> list[tuple[str, str]]:
        """Return the moments in force as the address has them, for another form to keep."""
        return [(name, str(self.request.GET[name])) for name in ("at", "against") if self.cleaned_data.get(name)]

    @property
    def query(self) -> str:
        """Return the moments in force as the end of another page's query string, "" without any."""
        return f"&{urlencode(self.given)}" if self.given else ""

    @property
    def chips(self) -> list[Chip]:
        """Return a chip for each moment in force, which takes it away."""
        said = {"at": _("As of %(moment)s"), "against": _("Compared with %(moment)s")}
        return [
            Chip(label=said[name] % {"moment": worded(moment)}, href=without(self.request, name))
            for name in ("at", "against")
            if (moment := self.cleaned_data.get(name))
        ]

    @property
    def present(self) -> str:
        """Return the query string of the same page as of now."""
        return without(self.request, "at", "against")

    @property
    def shown_words(self) -> str:
        return worded(self.shown) if self.shown else ""

    @property
    def since_words(self) -> str:
        return worded(self.since) if self.since else ""


def worded(moment: datetime) -> str:
    """Write a moment in the reader's zone, and name the zone; with seconds where it has any."""
    local = timezone.localtime(moment)
    clock = "j M Y, H:i:s" if local.second else "j M Y, H:i"
    return f"{date_format(local, clock)} ({timezone.get_current_timezone_name()})"
