"""Forms as every page of ours has them: numbers in plain digits, each error beside its field."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from inventory_site.web.quantity import QuantityError, format_quantity, parse_quantity

M = TypeVar("M", bound=Model)

ZERO = re.compile(r"[+-]?0+(\.0*)?")

if TYPE_CHECKING:
    ModelForm = forms.ModelForm
else:
    # Generic for the type checker alone.
    class ModelForm(forms.ModelForm):
        def __class_getitem__(cls, model: type[Model]) -> type[forms.ModelForm]:
            return cls


class PlainDecimalField(forms.DecimalField):
    """A number of 0 or more that a person writes in plain digits: no comma, no thousands mark, no exponent."""

    widget = forms.TextInput
    zero_allowed = True

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        text = str(value).strip()
        if self.zero_allowed and ZERO.fullmatch(text):
            return Decimal(0)
        try:
            number = parse_quantity(text, decimals=self.decimal_places or 0, signed=self.zero_allowed)
        except QuantityError as error:
            raise ValidationError(str(error), code="invalid") from error
        if number < 0:
            raise ValidationError(_("Enter 0 or more."), code="invalid")
        return number

    def prepare_value(self, value: Any) -> Any:
        return format_quantity(value) if isinstance(value, Decimal) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off", "maxlength": 20}


class PositiveDecimalField(PlainDecimalField):
    """A number above 0 in plain digits."""

    zero_allowed = False


class PlainIntegerField(forms.IntegerField):
    """A whole number in plain digits: Python would read 1_000 and the digits of every script as well."""

    def to_python(self, value: Any) -> int | None:
        text = str(value).strip() if value not in self.empty_values else ""
        if text and not (text.isascii() and text.removeprefix("-").isdigit()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class SavingForm(ModelForm[M]):
    """A form of a model that shows what a constraint says beside the field which its violation_error_code names."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field is None and hasattr(error, "error_dict"):
            placed: dict[str, list[ValidationError]] = {}
            for name, found in error.error_dict.items():
                for each in found:
                    placed.setdefault(str(each.code) if each.code in self.fields else name, []).append(each)
            error = ValidationError(placed)
        super().add_error(field, error)

    def saved(self) -> bool:
        """Save; where somebody else's row got in first, say so beside the field and answer False."""
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self.full_clean()
            if self.is_valid():
                raise
            return False
        return True


class ZoneInput(forms.TextInput):
    """A time zone typed with proposals, which the page has in a `<datalist id="zones">`."""

    def __init__(self) -> None:
        super().__init__(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"})
