"""What an operation says once, beside its lines: words to find it by, its reason, where it goes."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inventory_site.web.texts import refuse_hidden_characters
from stock.models import ReasonCode
from warehouses.models import Warehouse

if TYPE_CHECKING:
    ReasonChoiceField = forms.ModelChoiceField[ReasonCode]
    WarehouseChoiceField = forms.ModelChoiceField[Warehouse]
else:
    # Generic for the type checker alone.
    ReasonChoiceField = WarehouseChoiceField = forms.ModelChoiceField


class HeadForm(forms.Form):
    """The reference and the note of every operation."""

    # Fields that stand before the lines, because they say what the lines mean.
    first: ClassVar[tuple[str, ...]] = ()

    reference = forms.CharField(
        label=_("Reference"),
        max_length=60,
        required=False,
        validators=[refuse_hidden_characters],
        help_text=_("A delivery note or another number to find it by."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        required=False,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, warehouse: Warehouse, **kwargs: Any) -> None:
        self.user, self.warehouse = user, warehouse
        super().__init__(*args, **kwargs)

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.first]

    @property
    def last_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.first]


class ReasonField(ReasonChoiceField):
    def label_from_instance(self, obj: ReasonCode) -> str:
        if obj.direction == obj.Direction.BOTH:
            return obj.name
        return f"{obj.name} – {obj.get_direction_display().lower()}"


class ReasonSelect(forms.Select):
    """Marks the reasons that may go either way, for the style sheet to show the direction of each line."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if reason := getattr(value, "instance", None):
            option["attrs"]["data-direction"] = reason.direction
        return option


class AdjustHeadForm(HeadForm):
    first: ClassVar[tuple[str, ...]] = ("reason",)

    reason = ReasonField(
        label=_("Reason"),
        queryset=ReasonCode.objects.active(),
        to_field_name="code",
        empty_label=_("Choose a reason"),
        widget=ReasonSelect,
        error_messages={
            "required": _("Choose a reason."),
            "invalid_choice": _("This reason is not in use. Choose another."),
        },
    )


class WarehouseField(WarehouseChoiceField):
    def label_from_instance(self, obj: Warehouse) -> str:
        return obj.name


class TransferHeadForm(HeadForm):
    first: ClassVar[tuple[str, ...]] = ("destination",)

    destination = WarehouseField(
        label=_("To warehouse"),
        queryset=Warehouse.objects.none(),
        to_field_name="code",
        empty_label=_("Choose a warehouse"),
        error_messages={
            "required": _("Choose a warehouse."),
            "invalid_choice": _("You cannot transfer to this warehouse. Choose another."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["destination"]
        assert isinstance(field, WarehouseField)
        field.queryset = Warehouse.objects.for_user(self.user, "operate").open().exclude(pk=self.warehouse.pk)
