"""A reason for corrections."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inventory_site.web.forms import SavingForm
from inventory_site.web.texts import refuse_hidden_characters
from stock.models import ReasonCode
from warehouses.models import code_validator


class ReasonForm(SavingForm[ReasonCode]):
    """`used`: operations bear the reason, so its code and direction are shown and not asked for."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        validators=[code_validator],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the code.")},
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the name.")},
    )

    class Meta:
        model = ReasonCode
        fields = ("code", "name", "direction", "note_required", "counts_as_loss")
        labels: ClassVar[dict[str, Any]] = {
            "direction": _("What it does to a level"),
            "note_required": _("Ask for a note"),
            "counts_as_loss": _("Counts as loss"),
        }
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {
            "direction": {"required": _("Choose what it does to a level.")},
        }

    def __init__(self, *args: Any, used: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.used = used
        direction = self.fields["direction"]
        assert isinstance(direction, forms.ChoiceField)
        direction.choices = [("", _("Choose")), *ReasonCode.Direction.choices]
        if used:
            for name in ("code", "direction"):
                del self.fields[name]

    def clean_code(self) -> str:
        """Refuse the code of another reason, whatever its case."""
        code: str = self.cleaned_data["code"]
        if ReasonCode.objects.filter(code__iexact=code).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another reason has this code."))
        return code

    def clean(self) -> dict[str, Any]:
        """Refuse a loss that adds."""
        asked: dict[str, Any] = super().clean() or self.cleaned_data
        direction = self.instance.direction if self.used else asked.get("direction")
        if asked.get("counts_as_loss") and direction == ReasonCode.Direction.IN:
            self.add_error("counts_as_loss", _("What adds to a level is no loss."))
        return asked
