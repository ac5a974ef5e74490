"""How the audit page words what was changed."""

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from inventory_site.web.devices import device_of
from inventory_site.web.quantity import format_quantity
from inventory_site.web.trail import Act
from reports.models import AuditRow

register = template.Library()

# Where a model's own name is not what people say.
KINDS = {
    "accounts.user": _("Person"),
    "accounts.warehouseuserpermission": _("Right in a warehouse"),
    "auditlog.logentry": _("Audit log"),
    "reports.dailymovement": _("Report"),
    "stock.inventory": _("Thresholds"),
    "stock.stocktransaction": _("Ledger"),
    "warehouses.location": _("Bin"),
}
FIELDS = {
    "content_object": _("Warehouse"),
    "groups": _("Group of the role"),
    "is_superuser": _("May do everything"),
    "permission": _("Right"),
    "user": _("Person"),
}
# What Django calls the one right that it brings itself, beside the names of ours.
VALUES = {"Can view warehouse": _("Can view the warehouse")}
NOTHING = ("None", "", None)
WHEN = "j M Y, H:i"


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
def device_name(user_agent: str) -> str:
    """Say which browser and system that is, as in "Chrome, Android"."""
    return device_of(user_agent)


@register.filter
def changes(row: AuditRow) -> list[tuple[str, str, str]]:
    """Return what was changed: the field's name, what it was, what it is; "" for nothing."""
    model = row.content_type.model_class()
    return list(_changes(model, row.changes or {}))


def _changes(model: Any, changed: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, said in changed.items():
        try:
            field: Any = model._meta.get_field(name) if model else None
        except FieldDoesNotExist:
            field = None
        # auditlog lists what points at a new thing, too: that is no field of it.
        if name == "id" or (field is not None and field.auto_created):
            continue
        label = str(FIELDS.get(name) or capfirst(str(getattr(field, "verbose_name", name))))
        if isinstance(said, dict):
            listed = ", ".join(said.get("objects", []))
            yield (label, listed, "") if said.get("operation") == "delete" else (label, "", listed)
            continue
        before, after = (_value(field, value) for value in said)
        # The same in other words, "2.00" and "2", or nothing at all.
        if before != after:
            yield label, before, after


def _value(field: Any, value: Any) -> str:
    if value in NOTHING:
        return ""
    if value in ("True", "False"):
        return str(_("yes") if value == "True" else _("no"))
    # A permission says its app and model first: "Warehouses | warehouse | Can manage the warehouse".
    text = str(value).rpartition(" | ")[2]
    choices = dict(getattr(field, "flatchoices", None) or [])
    if isinstance(field, models.DecimalField) and _is_number(text):
        return format_quantity(Decimal(text))
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(text)):
        return date_format(
            timezone.localtime(moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)), WHEN
        )
    if text.startswith("[") and text.endswith("]"):
        return text[1:-1].replace("'", "")
    return str(choices.get(value) or VALUES.get(text, text))


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
