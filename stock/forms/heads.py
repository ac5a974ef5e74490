"""What an operation says once, beside its lines: words to find it by, its reason, where it goes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inventory_site.web.forms import PlainIntegerField
from inventory_site.web.texts import refuse_hidden_characters
from stock.models import ReasonCode, Transfer
from warehouses.models import Warehouse

if TYPE_CHECKING:
    ReasonChoiceField = forms.ModelChoiceField[ReasonCode]
    WarehouseChoiceField = forms.ModelChoiceField[Warehouse]
    TransferChoiceField = forms.ModelChoiceField[Transfer]
else:
    # Generic for the type checker alone.
    ReasonChoiceField = WarehouseChoiceField = TransferChoiceField = forms.ModelChoiceField


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
        return [self[name] for name in self.fields if name not in self.first and not self[name].is_hidden]


class ShipHeadForm(HeadForm):
    lot_reason = forms.CharField(
        label=_("Why another lot"),
        max_length=200,
        required=False,
        validators=[refuse_hidden_characters],
        help_text=_("Needed where a lot is chosen that does not expire first."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


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


class DestinationSelect(forms.Select):
    """Marks the warehouses in which both ends may be booked at once, for the style sheet to offer it."""

    operable: Callable[[], set[int]] = set

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if getattr(getattr(value, "instance", None), "pk", None) in self.operable():
            option["attrs"]["data-both"] = True
        return option


class TransferHeadForm(ShipHeadForm):
    """Where goods go: to any open warehouse that the person may look at. `transfer` is the draft that it changes."""

    first: ClassVar[tuple[str, ...]] = ("destination",)

    destination = WarehouseField(
        label=_("To warehouse"),
        queryset=Warehouse.objects.none(),
        to_field_name="code",
        empty_label=_("Choose a warehouse"),
        widget=DestinationSelect,
        error_messages={
            "required": _("Choose a warehouse."),
            "invalid_choice": _("You cannot transfer to this warehouse. Choose another."),
        },
    )
    transfer = TransferChoiceField(
        queryset=Transfer.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("This is no transfer of this warehouse. Open it again.")},
    )
    version = PlainIntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, transfer = self.fields["destination"], self.fields["transfer"]
        assert isinstance(field, WarehouseField)
        assert isinstance(transfer, forms.ModelChoiceField)
        field.queryset = Warehouse.objects.for_user(self.user, "view").open().exclude(pk=self.warehouse.pk)
        transfer.queryset = Transfer.objects.filter(source=self.warehouse)
        assert isinstance(field.widget, DestinationSelect)
        field.widget.operable = lambda: self.operable

    @cached_property
    def operable(self) -> set[int]:
        """The other open warehouses in which the person operates, by id."""
        places = Warehouse.objects.for_user(self.user, "operate").open().exclude(pk=self.warehouse.pk)
        return set(places.order_by().values_list("pk", flat=True))

    @property
    def offers_both(self) -> bool:
        """Whether both ends may be booked at once: the person operates in another warehouse, and it is no draft."""
        return bool(self.operable) and not self["transfer"].value()

    def refuse_both(self) -> None:
        """Say why both ends cannot be booked at once, if they cannot; once the form was judged."""
        destination = self.cleaned_data.get("destination")
        if self.cleaned_data.get("transfer"):
            self.add_error("destination", gettext("A draft is sent. Book both ends at once from an empty page."))
        elif destination is not None and destination.pk not in self.operable:
            self.add_error("destination", gettext("You may not book goods into this warehouse. Send them instead."))
