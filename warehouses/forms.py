"""What people type about warehouses and bins."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory_site.web.forms import PlainDecimalField, PlainIntegerField, SavingForm, ZoneInput
from warehouses.models import Location, Warehouse, code_validator, validate_expiry_tiers

CODE = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})


class DaysField(forms.Field):
    """A list of days before expiry, typed as `30, 14, 7` in any order."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> list[int]:
        parts = [part for part in re.split(r"[,;\s]+", str(value or "").strip()) if part]
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
            raise ValidationError(_("Write numbers of days from 1 to 3650 with commas between, like 30, 14, 7."))
        tiers = sorted({int(part) for part in parts}, reverse=True)
        validate_expiry_tiers(tiers)
        return tiers

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


class WarehouseForm(SavingForm[Warehouse]):
    """A warehouse with its rules. Closing it is a page of `stock`: it must be empty."""

    expiry_tiers = DaysField(
        label=gettext_lazy("Days before expiry to warn"),
        required=False,
        help_text=gettext_lazy("With commas between: 30, 14, 7."),
    )

    class Meta:
        model = Warehouse
        fields = (
            "code",
            "name",
            "address",
            "time_zone",
            "undo_limit_days",
            "transit_limit_days",
            "count_tolerance",
            "expiry_tiers",
            "threshold_margin",
            "reopen_hours",
            "sweep_hour",
            "escalate_minutes",
            "next_in_line",
        )
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {
            "count_tolerance": PlainDecimalField,
            "threshold_margin": PlainDecimalField,
            "undo_limit_days": PlainIntegerField,
            "transit_limit_days": PlainIntegerField,
            "reopen_hours": PlainIntegerField,
            "sweep_hour": PlainIntegerField,
            "escalate_minutes": PlainIntegerField,
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "code": CODE,
            "address": forms.Textarea(attrs={"rows": 3}),
            "time_zone": ZoneInput(),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "time_zone": gettext_lazy("Where its day begins, like Europe/Berlin."),
            "sweep_hour": gettext_lazy("0 to 23, in its time zone."),
            "next_in_line": gettext_lazy("Who is told of a critical alert that nobody has acknowledged in time."),
        }
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {
            "code": {"required": gettext_lazy("Enter the code.")},
            "name": {"required": gettext_lazy("Enter the name.")},
            "time_zone": {"required": gettext_lazy("Write a time zone like Europe/Berlin.")},
            "next_in_line": {"invalid_choice": gettext_lazy("This person may not see the warehouse. Choose another.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["next_in_line"]
        assert isinstance(field, forms.ModelChoiceField)
        # The rights are a table of `accounts`, which stands above; from here the database is asked by its names.
        seeing = Q(role="admin")
        if self.instance.pk:
            seeing |= Q(warehouseuserpermission__content_object=self.instance)
        people = get_user_model().objects.filter(seeing, status="active")
        field.queryset = people.distinct().order_by("name", "email")
        field.empty_label = _("The admins")

    def save(self, commit: bool = True) -> Warehouse:
        """Store what the form has: never the status, which may be changing in this moment."""
        if commit and not self.instance._state.adding:
            self.instance.save(update_fields=self._meta.fields)
            return self.instance
        return super().save(commit)


class NewWarehouseForm(WarehouseForm):
    """A new warehouse, which has a default bin from its first moment."""

    default_bin = forms.CharField(
        label=gettext_lazy("Code of the default bin"),
        initial="MAIN",
        max_length=30,
        validators=[code_validator],
        widget=CODE,
        help_text=gettext_lazy("Where goods go when nobody names a bin. More bins can be added later."),
        error_messages={"required": gettext_lazy("Enter the code of the default bin.")},
    )


class LocationForm(SavingForm[Location]):
    """A bin of the warehouse that `instance` names. Taking it out of use is a page of `stock`: it must be empty."""

    class Meta:
        model = Location
        fields = ("code", "kind", "is_default")
        labels: ClassVar[dict[str, Any]] = {"is_default": gettext_lazy("Make this the default bin")}
        widgets: ClassVar[dict[str, forms.Widget]] = {"code": CODE}
        help_texts: ClassVar[dict[str, Any]] = {"code": gettext_lazy("What its label says and a scan finds.")}
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {"code": {"required": gettext_lazy("Enter the code.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_default:
            # The default moves by making another bin the default, never by taking it away here.
            self.fields["is_default"].disabled = True
            self.fields["is_default"].label = _("This is the default bin")
            self.fields["is_default"].help_text = _("To move it, make another bin the default.")

    def clean_code(self) -> str:
        """Refuse a code that another bin of the warehouse has: the form does not know the warehouse as a field."""
        code: str = self.cleaned_data["code"]
        if self.instance.warehouse.locations.filter(code__iexact=code).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This warehouse has a bin with this code already."), code="unique")
        return code
