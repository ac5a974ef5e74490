"""How the audit page words what was changed."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from inventory_site.web.trail import Act
from reports.models import AuditRow

register = template.Library()

# Where a model's own name is not what people say.
KINDS = {"accounts.warehouseuserpermission": _("Right in a warehouse"), "auditlog.logentry": _("Audit log")}
FIELDS = {"content_object": _("Warehouse"), "permission": _("Right"), "user": _("Person")}
NOTHING = ("None", "", None)


@register.filter
def act(row: AuditRow) -> str:
    """Say what was done, as in "Changed"."""
    return str(Act(row.action).label) if row.action in Act.values else row.get_action_display()


@register.filter
def kind(row: AuditRow) -> str:
    """Say what kind of thing it was done to."""
    return kind_of(row.content_type.model_class()) or row.content_type.model


def kind_of(model: Any) -> str:
    """Return what people call a kind of thing; "" for one that is no more."""
    return str(KINDS.get(model._meta.label_lower) or capfirst(str(model._meta.verbose_name))) if model else ""


@register.filter
def device(row: AuditRow) -> str:
    return str((row.additional_data or {}).get("device", ""))


@register.filter
def changes(row: AuditRow) -> list[tuple[str, str, str]]:
    """Return what was changed: the field's name, what it was, what it is; "" for nothing."""
    model = row.content_type.model_class()
    return list(_changes(model, row.changes or {}))


def _changes(model: Any, changed: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, said in changed.items():
        if name == "id":
            continue
        try:
            field: Any = model._meta.get_field(name) if model else None
        except FieldDoesNotExist:
            field = None
        label = str(FIELDS.get(name) or capfirst(str(getattr(field, "verbose_name", name))))
        if isinstance(said, dict):
            listed = ", ".join(said.get("objects", []))
            yield (label, listed, "") if said.get("operation") == "delete" else (label, "", listed)
        else:
            before, after = (_value(field, value) for value in said)
            yield label, before, after


def _value(field: Any, value: Any) -> str:
    if value in NOTHING:
        return ""
    if value in ("True", "False"):
        return str(_("yes") if value == "True" else _("no"))
    # A permission says its app and model first: "Warehouses | warehouse | Can manage the warehouse".
    text = str(value).rpartition(" | ")[2]
    choices = dict(getattr(field, "flatchoices", None) or [])
    return str(choices.get(value, text))
