"""What a person may ask of the time line. A value that cannot be read is no filter."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django import forms
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory_site.web.texts import readable
from inventory_site.web.trail import Act
from reports.queries.timeline import Asked, names_like, people_like
from reports.templatetags.trail import kind_of
from warehouses.models import Warehouse

BOOKED = "booked"
OPERATION = "operation"
FARTHEST = date(2970, 1, 1)


def kinds() -> list[tuple[str, str]]:
    """Return what the audit log tells of, by name: models, and the ledger's operations."""
    named = {model._meta.label_lower: kind_of(model) for model in (*auditlog.get_models(), LogEntry)}
    named[OPERATION] = _("Operation")
    return sorted(named.items(), key=lambda pair: str(pair[1]))


class Day(forms.DateInput):
    input_type = "date"


class TimelineForm(forms.Form):
    """The filters of the audit page."""

    person = forms.CharField(label=gettext_lazy("Person"), max_length=100, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of thing"), required=False)
    act = forms.ChoiceField(label=gettext_lazy("What was done"), required=False)
    q = forms.CharField(label=gettext_lazy("Name or SKU begins with"), max_length=100, required=False)
    since = forms.DateField(label=gettext_lazy("From"), widget=Day(format="%Y-%m-%d"), required=False)
    until = forms.DateField(label=gettext_lazy("To"), widget=Day(format="%Y-%m-%d"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        acts = [(str(value), str(label)) for value, label in Act.choices]
        everything = [("", _("All"))]
        self.fields["kind"].choices = [*everything, *kinds()]  # type: ignore[attr-defined]
        self.fields["act"].choices = [*everything, (BOOKED, _("Booked")), *acts]  # type: ignore[attr-defined]

    def asked(self, warehouses: Sequence[Warehouse], *, everywhere: bool) -> Asked:
        """Return what is asked for, in these warehouses. Two queries at most."""
        self.is_valid()
        data = self.cleaned_data
        kind, act = data.get("kind") or "", data.get("act") or ""
        text = readable(data.get("q") or "").strip()
        person = readable(data.get("person") or "").strip()
        return Asked(
            warehouses=tuple(warehouse.pk for warehouse in warehouses),
            everywhere=everywhere,
            people=people_like(person) if person else None,
            kinds=(_content_type(kind),) if kind and kind != OPERATION else None,
            acts=(int(act),) if act and act != BOOKED else None,
            names=names_like(text) if text else None,
            reference=text,
            since=_starts(data.get("since")),
            until=_starts(data.get("until"), 1),
            audit=kind != OPERATION and act != BOOKED,
            operations=kind in ("", OPERATION) and act in ("", BOOKED),
        )

    @property
    def words(self) -> dict[str, str]:
        """What the chips say."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        for name in ("kind", "act"):
            if name in said:
                said[name] = dict(self.fields[name].choices)[said[name]]  # type: ignore[attr-defined]
        for name in ("since", "until"):
            if name in said:
                said[name] = date_format(said[name], "j M Y")
        text = _("%(filter)s: %(value)s")
        return {name: text % {"filter": self.fields[name].label, "value": value} for name, value in said.items()}


def _content_type(label: str) -> int:
    app, model = label.split(".")
    return ContentType.objects.get_by_natural_key(app, model).pk


def _starts(day: date | None, later: int = 0) -> datetime | None:
    """Return the moment at which a day begins, where the person is."""
    if day is None:
        return None
    bounded = min(max(day, date(1970, 1, 2)), FARTHEST) + timedelta(days=later)
    return timezone.make_aware(datetime.combine(bounded, time(0)))
