"""What people type about themselves and others."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.utils.translation import gettext_lazy

from accounts.models import User, WarehouseUserPermission
from accounts.queries import permission_of
from inventory_site.web.forms import SavingForm, ZoneInput
from warehouses.models import RIGHTS, Right, Warehouse

ZONE_ERRORS = {"required": gettext_lazy("Write a time zone like Europe/Berlin.")}


class ProfileForm(SavingForm[User]):
    """What a person sets for themselves."""

    class Meta:
        model = User
        fields = ("name", "time_zone", "home_warehouse")
        widgets: ClassVar[dict[str, forms.Widget]] = {"time_zone": ZoneInput()}
        help_texts: ClassVar[dict[str, Any]] = {"time_zone": gettext_lazy("The times on every page are shown in it.")}
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {
            "name": {"required": gettext_lazy("Enter your name.")},
            "time_zone": ZONE_ERRORS,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = self.fields["home_warehouse"]
        home.queryset = Warehouse.objects.for_user(self.instance, "view").open()  # type: ignore[attr-defined]
        home.empty_label = gettext_lazy("None: the first one")  # type: ignore[attr-defined]


class LowerCaseEmail(SavingForm[User]):
    """Stores e-mail addresses in small letters: sign-in asks for them so."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


class NewPersonForm(LowerCaseEmail, AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name", "role")


class PersonForm(LowerCaseEmail, UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "name", "phone", "role", "status", "home_warehouse", "time_zone")


class WarehouseRightForm(SavingForm[WarehouseUserPermission]):
    """The one right of a person in one warehouse; rights nest, so the highest is enough."""

    right = forms.ChoiceField(
        label=gettext_lazy("right"),
        choices=[
            ("view", gettext_lazy("View")),
            ("operate", gettext_lazy("Operate: book stock")),
            ("manage", gettext_lazy("Manage")),
        ],
        help_text=gettext_lazy("Staff operate at most, whatever stands here."),
    )

    class Meta:
        model = WarehouseUserPermission
        fields = ("content_object",)
        labels: ClassVar[dict[str, Any]] = {"content_object": gettext_lazy("warehouse")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["right"] = self.instance.permission.codename.removesuffix("_warehouse")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "right" in cleaned:
            # The admin names the row in its history before anything reads it back.
            self.instance.permission = permission_of(self.chosen)
        return cleaned

    @property
    def chosen(self) -> Right:
        return next(right for right in RIGHTS if right == self.cleaned_data["right"])
