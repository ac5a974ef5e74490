"""What people type about themselves and others."""

from collections.abc import Collection
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter

from accounts.models import User, WarehouseUserPermission
from accounts.queries import RIGHT_WORDS, concerned_by, permission_of
from inventory_site.web.forms import SavingForm, ZoneInput
from inventory_site.web.texts import readable
from warehouses.models import RIGHTS, Right, Warehouse, WarehouseQuerySet

ZONE_ERRORS = {"required": gettext_lazy("Write a time zone like Europe/Berlin.")}


class ProfileForm(SavingForm[User]):
    """What a person sets for themselves."""

    class Meta:
        model = User
        fields = ("name", "phone", "time_zone", "home_warehouse")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "time_zone": ZoneInput(),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "phone": gettext_lazy("With the country first, as in +441632960961. Admins see it, nobody else."),
            "time_zone": gettext_lazy("The times on every page are shown in it."),
        }
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {
            "name": {"required": gettext_lazy("Enter your name.")},
            "time_zone": ZONE_ERRORS,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = self.fields["home_warehouse"]
        home.queryset = Warehouse.objects.for_user(self.instance, "view").open()  # type: ignore[attr-defined]
        home.empty_label = gettext_lazy("None: the first one")  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    """The address that somebody wants to sign in with from now on."""

    email = forms.EmailField(
        label=gettext_lazy("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter your new e-mail address.")},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if email == self.person.email:
            raise ValidationError(gettext("This is your address already."))
        return email


class PersonForm(SavingForm[User]):
    """What an admin sets for somebody else."""

    class Meta:
        model = User
        fields = ("email", "name", "phone", "role", "status", "home_warehouse", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            # The others are not given but come about.
            given = (User.Status.ACTIVE, User.Status.SUSPENDED)
            self.fields["status"].choices = [(each.value, each.label) for each in given]  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """Return the address in small letters: sign-in asks for it so."""
        email: str = self.cleaned_data["email"]
        return email.lower()


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


RIGHT_CHOICES = [("", gettext_lazy("None")), *RIGHT_WORDS.items()]


class RightField(forms.ChoiceField):
    """One of the rights, or none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=RIGHT_CHOICES, required=False, **kwargs)

    def clean(self, value: Any) -> Right | None:
        chosen = super().clean(value)
        return next((right for right in RIGHTS if right == chosen), None)


class RoleForm(forms.Form):
    """The role of a person: the most that they may do, whatever their rights."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=User.Role.choices)


class WelcomeForm(RoleForm):
    """What somebody gets who is let in: role, home warehouse, and a right in each of `warehouses`."""

    home_warehouse = forms.ModelChoiceField(
        label=gettext_lazy("Home warehouse"),
        queryset=Warehouse.objects.none(),
        required=False,
        empty_label=gettext_lazy("None: the first one"),
        help_text=gettext_lazy("Where pages open; it gives no right."),
    )

    def __init__(self, *args: Any, warehouses: WarehouseQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["home_warehouse"].queryset = warehouses  # type: ignore[attr-defined]
        self.warehouses = {f"right_{place.pk}": place for place in warehouses}
        for name, place in self.warehouses.items():
            self.fields[name] = RightField(label=str(place))

    @property
    def right_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.warehouses]

    @property
    def welcome(self) -> dict[str, Any]:
        """What was chosen, as the services take it."""
        chosen = {place: self.cleaned_data[name] for name, place in self.warehouses.items()}
        return {
            "role": self.cleaned_data["role"],
            "home_warehouse": self.cleaned_data["home_warehouse"],
            "rights": {place: right for place, right in chosen.items() if right},
        }


class InviteForm(WelcomeForm):
    """Whom to invite, and what they get."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter the e-mail address.")},
    )

    field_order = ("email", "role", "home_warehouse")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise ValidationError(gettext("Somebody has this e-mail address already. Look for it in the list."))
        return email


class ComeInForm(SavingForm[User]):
    """What somebody chooses who comes in by a link; nothing is saved here."""

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters; a sentence of a few words is good."),
        error_messages={"required": gettext_lazy("Enter a password.")},
    )

    class Meta:
        model = User
        fields = ("name", "time_zone")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "time_zone": ZoneInput(),
        }
        help_texts: ClassVar[dict[str, Any]] = {"time_zone": gettext_lazy("The times on every page are shown in it.")}
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {
            "name": {"required": gettext_lazy("Enter your name.")},
            "time_zone": ZONE_ERRORS,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["time_zone"].widget.attrs["data-here"] = True

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        self.instance.name = self.cleaned_data.get("name", "")
        validate_password(password, self.instance)
        return password


class RegisterForm(forms.Form):
    """The address that somebody registers with; `domains` are those whose addresses may, all of them where empty."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Enter your e-mail address.")},
    )

    def __init__(self, *args: Any, domains: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = [domain.lower().removeprefix("@") for domain in domains]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if self.domains and email.rpartition("@")[2] not in self.domains:
            raise ValidationError(
                gettext("Only addresses of your company may register: %(domains)s."),
                params={"domains": ", ".join(self.domains)},
            )
        return email


class LeaveForm(forms.Form):
    """The confirmation that somebody is to be anonymised: their address, typed."""

    email = forms.CharField(
        label=gettext_lazy("E-mail of this person"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Type the person's e-mail address.")},
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if email != self.person.email:
            raise ValidationError(gettext("This is not the address of %(name)s."), params={"name": str(self.person)})
        return email


class PeopleFilter(FilterSet):
    """The questions that admins ask of the people. A value that cannot be read is no filter."""

    q = CharFilter(method="by_words", label=gettext_lazy("Name or e-mail"), max_length=100)
    role = ChoiceFilter(choices=User.Role.choices, label=gettext_lazy("Role"), empty_label=gettext_lazy("All"))
    status = ChoiceFilter(
        method="by_status", choices=User.Status.choices, label=gettext_lazy("Status"), empty_label=gettext_lazy("All")
    )
    warehouse = ModelChoiceFilter(
        method="by_warehouse",
        queryset=Warehouse.objects.all(),
        to_field_name="code",
        label=gettext_lazy("Has a right in"),
        empty_label=gettext_lazy("All"),
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def by_words(self, people: QuerySet[User], _name: str, text: str) -> QuerySet[User]:
        for word in readable(text).split():
            people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return people

    def by_status(self, people: QuerySet[User], _name: str, status: str) -> QuerySet[User]:
        return people.filter(status=status)

    def by_warehouse(self, people: QuerySet[User], _name: str, place: Warehouse) -> QuerySet[User]:
        return people.filter(pk__in=concerned_by(place).values("pk"))

    @property
    def words(self) -> dict[str, str]:
        """What the chips say."""
        asked = {name: value for name, value in self.form.cleaned_data.items() if value}
        labels = {**dict(User.Role.choices), **dict(User.Status.choices)}
        said = gettext("%(filter)s: %(value)s")
        return {
            name: said % {"filter": self.filters[name].label, "value": labels.get(value, value)}
            for name, value in asked.items()
            if name != "q"
        }
