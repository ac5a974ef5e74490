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

from catalog.models import Product
from inventory_site.web.texts import readable
from inventory_site.web.trail import Act
from reports.queries.beginnings import MOST_FOUND, names_like, people_like, references_like
from reports.queries.timeline import Asked
from reports.templatetags.trail import kind_of
from stock.models import Operation
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
    sku = forms.CharField(label=gettext_lazy("SKU"), max_length=100, required=False)
    q = forms.CharField(label=gettext_lazy("Name or reference begins with"), max_length=100, required=False)
    address = forms.GenericIPAddressField(label=gettext_lazy("Address"), unpack_ipv4=True, required=False)
    since = forms.DateField(label=gettext_lazy("From"), widget=Day(format="%Y-%m-%d"), required=False)
    until = forms.DateField(label=gettext_lazy("To"), widget=Day(format="%Y-%m-%d"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        acts = [(str(value), str(label)) for value, label in Act.choices]
        everything = [("", _("All"))]
        self.fields["kind"].choices = [*everything, *kinds()]  # type: ignore[attr-defined]
        booked = (_("Operation"), [(BOOKED, _("Booked, of any kind")), *Operation.Kind.choices])
        self.fields["act"].choices = [*everything, *acts, booked]  # type: ignore[attr-defined]

    def asked(self, warehouses: Sequence[Warehouse], *, everywhere: bool) -> Asked:
        """Return what is asked for, in these warehouses. Six queries at most."""
        self.is_valid()
        data = self.cleaned_data
        kind, act, address = (data.get(name) or "" for name in ("kind", "act", "address"))
        person, text, sku = (readable(data.get(name) or "").strip() for name in ("person", "q", "sku"))
        places = tuple(warehouse.pk for warehouse in warehouses)
        begun = names_like(text, places, everywhere=everywhere) if text else ()
        # What a product is called in the audit log begins with its SKU, and so does all that belongs to it.
        names = names_like(f"{sku} ", places, everywhere=everywhere) if sku else begun
        if sku:
            own = (f"{sku} · ".upper(), f"{sku} @ ".upper())
            names = tuple(name for name in names if name.startswith(own) and (not text or name in begun))
        people = people_like(person) if person else None
        references = references_like(text, places) if text else None
        found = (people, names, references)
        return Asked(
            warehouses=places,
            everywhere=everywhere,
            people=people,
            kinds=(_content_type(kind),) if kind and kind != OPERATION else None,
            acts=(int(act),) if act.isdecimal() else None,
            verbs=(act,) if act in Operation.Kind.values else None,
            names=names if text or sku else None,
            references=references,
            product=_product(sku) if sku else None,
            address=(address,) if address else None,
            since=_starts(data.get("since")),
            until=_starts(data.get("until"), 1),
            cut=max(len(each or ()) for each in found) >= MOST_FOUND,
            audit=kind != OPERATION and (not act or act.isdecimal()),
            operations=kind in ("", OPERATION) and not act.isdecimal(),
        )

    @property
    def words(self) -> dict[str, str]:
        """What the chips say."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        if "kind" in said:
            said["kind"] = dict(kinds())[said["kind"]]
        if act := said.get("act"):
            named = {BOOKED: _("Booked"), **dict(Operation.Kind.choices)}
            said["act"] = Act(int(act)).label if act.isdecimal() else named[act]
        for name in ("since", "until"):
            if name in said:
                said[name] = date_format(said[name], "j M Y")
        text = _("%(filter)s: %(value)s")
        return {name: text % {"filter": self.fields[name].label, "value": value} for name, value in said.items()}


def _content_type(label: str) -> int:
    app, model = label.split(".")
    return ContentType.objects.get_by_natural_key(app, model).pk


def _product(sku: str) -> int:
    """Return the id of the product of this SKU, 0 where there is none."""
    return Product.objects.with_sku(sku).values_list("pk", flat=True).first() or 0


def _starts(day: date | None, later: int = 0) -> datetime | None:
    """Return the moment at which a day begins, where the person is."""
    if day is None:
        return None
    bounded = min(max(day, date(1970, 1, 2)), FARTHEST) + timedelta(days=later)
    return timezone.make_aware(datetime.combine(bounded, time(0)))
