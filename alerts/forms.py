"""What people send about an incident, and about what they want to be told."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alerts.models import Alert, Kind, PushDevice
from alerts.queries import people_who_may_act
from alerts.queries.choices import Cell, by_kind
from inventory_site.web.texts import refuse_hidden_characters, refuse_hidden_characters_in_lines

if TYPE_CHECKING:
    PersonChoiceField = forms.ModelChoiceField[User]
else:
    # Generic for the type checker alone.
    PersonChoiceField = forms.ModelChoiceField

MORNING = time(8)
HOUR, NEXT_MORNING, MOMENT = "hour", "morning", "moment"


class SnoozeForm(forms.Form):
    """Until when an alert rests: an hour, until tomorrow morning, or until a day and time of the person's own zone."""

    rest = forms.ChoiceField(
        choices=[(HOUR, HOUR), (NEXT_MORNING, NEXT_MORNING), (MOMENT, MOMENT)],
        error_messages={
            "required": gettext_lazy("Choose how long."),
            "invalid_choice": gettext_lazy("Choose how long."),
        },
    )
    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("At most 30 days ahead, by your own clock."),
        error_messages={"invalid": gettext_lazy("Write the day and time like 2027-03-31 08:00.")},
    )

    def clean(self) -> dict[str, Any]:
        """Work out the moment."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        now, rest = timezone.now(), cleaned.get("rest")
        if rest == HOUR:
            cleaned["until"] = now + timedelta(hours=1)
        elif rest == NEXT_MORNING:
            cleaned["until"] = tomorrow_morning(now)
        elif not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", ValidationError(_("Choose a day and a time.")))
        return cleaned


def tomorrow_morning(now: datetime) -> datetime:
    """Return eight o'clock of the next day, in the reader's time zone."""
    day = timezone.localtime(now).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=timezone.get_current_timezone())


class PersonField(PersonChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.name or obj.email


class AssignForm(forms.Form):
    """Whose an alert is to be: somebody who may operate there."""

    to = PersonField(
        label=gettext_lazy("To whom"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a person"),
        error_messages={
            "required": gettext_lazy("Choose a person."),
            "invalid_choice": gettext_lazy("This person may not act on this alert. Choose somebody else."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, alert: Alert) -> None:
        super().__init__(data, initial={"to": alert.assignee_id})
        field = self.fields["to"]
        assert isinstance(field, PersonField)
        field.queryset = people_who_may_act(alert).order_by("name", "email")


class LinesField(forms.CharField):
    """A text of several lines. A browser sends each break as two characters and counts it as one; so does this."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class CommentForm(forms.Form):
    text = LinesField(
        label=gettext_lazy("Comment"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[refuse_hidden_characters_in_lines],
        error_messages={"required": gettext_lazy("Write a comment.")},
    )


class ResolveForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why it is resolved"),
        max_length=200,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Nobody is told of it again until it gets worse, or comes back after the warehouse's time to re-open."
        ),
        error_messages={"required": gettext_lazy("Say why it is resolved.")},
    )


class ListFilter(forms.Form):
    """What a list of alerts is narrowed to; what is no choice narrows nothing."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All kinds")), *Kind.choices]
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"),
        required=False,
        choices=[("", gettext_lazy("Any severity")), *reversed(Alert.Severity.choices)],
    )
    mine = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        required=False,
        choices=[("", gettext_lazy("Everybody's")), ("1", gettext_lazy("Mine"))],
    )

    def chosen(self) -> dict[str, str]:
        """Return each filter in force, by its name."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def words(self) -> dict[str, str]:
        """Return what the chip of each filter in force says."""
        labels: dict[str, dict[str, Any]] = {"kind": dict(Kind.choices), "mine": {"1": _("Mine")}}
        labels["severity"] = {str(value): label for value, label in Alert.Severity.choices}
        return {name: str(labels[name][value]) for name, value in self.chosen().items()}


USUAL = "usual"
TIMES = ("quiet_from", "quiet_until", "digest_at")


def _clock(label: Any, *, required: bool = False) -> forms.TimeField:
    words = gettext_lazy("Write the time like 22:00.")
    return forms.TimeField(
        label=label,
        required=required,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": words, "required": words},
    )


class NotificationsForm(forms.Form):
    """What somebody is told of: a choice for each kind and channel and, for all their warehouses, the times."""

    quiet_from = _clock(gettext_lazy("Quiet from"))
    quiet_until = _clock(gettext_lazy("Quiet until"))
    digest_at = _clock(gettext_lazy("Daily digest at"), required=True)

    def __init__(self, data: QueryDict | None = None, *, cells: list[Cell], times: dict[str, Any] | None) -> None:
        super().__init__(data, initial=times)
        if times is None:
            for name in TIMES:
                del self.fields[name]
        self.cells = cells
        self.channels = {cell.channel for cell in cells}
        for cell in cells:
            options = [(USUAL, cell.usual_words), *((mode.value, mode.label) for mode in cell.modes)]
            label = f"{cell.kind.label}, {cell.channel.label}"
            words = _("%(cell)s: choose one of the list.") % {"cell": label}
            self.fields[cell.name] = forms.ChoiceField(
                label=label,
                choices=options,
                initial=cell.chosen or USUAL,
                error_messages={"required": words, "invalid_choice": words},
            )

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of the quiet hours or neither, and for some time between them."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if "quiet_from" in self.errors or "quiet_until" in self.errors:
            return cleaned
        if (begins is None) != (ends is None):
            missing = "quiet_from" if begins is None else "quiet_until"
            self.add_error(missing, ValidationError(_("Write both ends of the quiet hours, or empty both.")))
        elif begins is not None and begins == ends:
            self.add_error(
                "quiet_until",
                ValidationError(_("Quiet hours end at another time than they begin. Empty both for none.")),
            )
        return cleaned

    @property
    def chosen(self) -> dict[Cell, str]:
        """Return the mode of each choice, "" for what holds without one."""
        return {cell: self.cleaned_data[cell.name].replace(USUAL, "") for cell in self.cells}

    @property
    def times(self) -> dict[str, time | None] | None:
        """Return when, None where the form does not ask."""
        return {name: self.cleaned_data[name] for name in TIMES} if "digest_at" in self.fields else None

    def rows(self) -> list[tuple[Kind, list[tuple[Cell, forms.BoundField]]]]:
        """Return the choices as the page shows them, a row for each kind."""
        return [(kind, [(cell, self[cell.name]) for cell in cells]) for kind, cells in by_kind(self.cells)]


class DeviceForm(forms.Form):
    """The id under which Firebase knows a browser; its script fills it in."""

    fid = forms.RegexField(
        r"^[A-Za-z0-9_-]{20,200}\Z",
        error_messages={
            "required": gettext_lazy("This device was not registered. Use the button of this page."),
            "invalid": gettext_lazy("This device was not registered. Use the button of this page."),
        },
    )


class DeviceNameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the device a name.")},
    )

    def __init__(self, data: QueryDict | None = None, *, device: PushDevice) -> None:
        # A field of this name stands on the page once a device.
        super().__init__(data, initial={"name": device.name}, auto_id=f"device-{device.pk}-%s")
        self.device = device
