"""Warehouses and their bins, and the one policy of who may do what where."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, Self
from zoneinfo import ZoneInfo

from auditlog.registry import auditlog
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from inventory_site.web import rows
from inventory_site.web.texts import readable, refuse_hidden_characters, refuse_hidden_characters_in_lines
from inventory_site.web.zones import validate_zone

if TYPE_CHECKING:
    from accounts.models import User

Right = Literal["view", "operate", "manage"]
RIGHTS: tuple[Right, ...] = ("view", "operate", "manage")
CEILING: dict[str, Right] = {"staff": "operate", "manager": "manage"}

code_validator = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("Use letters, digits, dots, dashes and underscores only.")
)


def default_expiry_tiers() -> list[int]:
    return [30, 14, 7]


def validate_expiry_tiers(tiers: object) -> None:
    """Refuse what is not a falling list of at most ten different numbers of days, each from 1 to 3,650."""
    days = [tier for tier in tiers if type(tier) is int and 1 <= tier <= 3650] if isinstance(tiers, list) else []
    if days != tiers or len(days) > 10 or days != sorted(set(days), reverse=True):
        raise ValidationError(_("Write up to ten different numbers of days from 1 to 3650, like 30, 14, 7."))


def sufficient(right: Right) -> tuple[Right, ...]:
    """Return the stored rights that include `right`: rights nest, manage > operate > view."""
    return RIGHTS[RIGHTS.index(right) :]


def where_held(user: "User | AnonymousUser", right: Right) -> list[int] | None:
    """Return the ids of the warehouses where this person has at least `right`, None where that is everywhere.

    The role is a ceiling over what guardian stores: staff operate, managers manage, admins need no rows. Nobody but an
    active person has any right. No query during a request: its person came with their rights.
    """
    if not (user.is_authenticated and user.is_active):
        return []
    if user.role == "admin":
        return None
    if right not in RIGHTS[: RIGHTS.index(CEILING[user.role]) + 1]:
        return []
    enough = sufficient(right)
    return [place for place, held in user.rights.items() if held in enough]


class WarehouseQuerySet(models.QuerySet["Warehouse"]):
    def open(self) -> Self:
        return self.filter(status=Warehouse.Status.OPEN)

    def for_user(self, user: "User | AnonymousUser", right: Right) -> Self:
        """Return the warehouses where this person has at least `right` (see `where_held`)."""
        held = where_held(user, right)
        return self if held is None else self.filter(pk__in=held)


class Warehouse(models.Model):
    """A building with goods, its own calendar day and its own rules."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    code = models.CharField(_("code"), max_length=20, validators=[code_validator])
    name = models.CharField(_("name"), max_length=100, validators=[refuse_hidden_characters])
    address = models.TextField(_("address"), blank=True, max_length=500, validators=[refuse_hidden_characters_in_lines])
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_zone])
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    undo_limit_days = models.PositiveSmallIntegerField(
        _("days an operation can be undone"), default=30, validators=[MaxValueValidator(3650)]
    )
    transit_limit_days = models.PositiveSmallIntegerField(
        _("days a transfer may take"), default=7, validators=[MaxValueValidator(365)]
    )
    count_tolerance = models.DecimalField(
        _("count tolerance, percent"),
        max_digits=5,
        decimal_places=2,
        default=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    expiry_tiers = models.JSONField(
        _("days before expiry to warn"), default=default_expiry_tiers, blank=True, validators=[validate_expiry_tiers]
    )
    threshold_margin = models.DecimalField(
        _("margin over a threshold, percent"),
        max_digits=5,
        decimal_places=2,
        default=10,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("A low level counts as mended only when it is this much above its threshold."),
    )
    reopen_hours = models.PositiveSmallIntegerField(
        _("hours in which a returning alert re-opens"), default=4, validators=[MaxValueValidator(720)]
    )
    sweep_hour = models.PositiveSmallIntegerField(
        _("hour of the morning check"), default=5, validators=[MaxValueValidator(23)]
    )
    escalate_minutes = models.PositiveSmallIntegerField(
        _("minutes until a critical alert goes to the next in line"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(1440)],
        help_text=_("Counted from when it was opened, where nobody has acknowledged it."),
    )
    next_in_line = models.ForeignKey(
        "accounts.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("next in line"),
    )

    objects = WarehouseQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        default_permissions = ("add", "change", "delete", "view")
        permissions = [
            ("operate_warehouse", "Can book stock in the warehouse"),
            ("manage_warehouse", "Can manage the warehouse"),
        ]
        constraints = [
            models.UniqueConstraint(
                Upper("code"),
                name="warehouse_code_unique",
                violation_error_code="code",
                violation_error_message=_("Another warehouse has this code."),
            ),
            models.CheckConstraint(condition=models.Q(sweep_hour__lt=24), name="warehouse_sweep_hour_is_an_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"

    def get_additional_data(self) -> dict[str, Any]:
        """Tell the audit log whose managers may read of it."""
        return {"warehouse": self.pk}

    @classmethod
    def named(cls, code: str, user: "User | AnonymousUser", right: Right) -> "Warehouse | None":
        """Return the warehouse of this code, in any case, where this person has at least `right`."""
        held = where_held(user, right)
        if held is None:
            return rows.first(cls, "upper(code) = upper(%s)", [code])
        return rows.first(cls, "upper(code) = upper(%s) AND id = ANY(%s)", [code, held])

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    def day_at(self, at: datetime) -> date:
        """Return the day by which lots and transfers are judged here: the calendar's, which turns at the sweep hour."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        return local.date() if local.hour >= self.sweep_hour else local.date() - timedelta(days=1)


class LocationQuerySet(models.QuerySet["Location"]):
    def active(self) -> Self:
        return self.filter(status=Location.Status.ACTIVE)

    def with_code(self, code: str) -> Self:
        """Return the bins of this code, whatever its case; any text may come in."""
        return self.filter(code__iexact=readable(code))

    def with_code_like(self, beginning: str) -> Self:
        return self.filter(code__istartswith=readable(beginning).strip())


class Location(models.Model):
    """A bin: a place in one warehouse whose code a scan finds."""

    class Kind(models.TextChoices):
        STORAGE = "storage", _("Storage")
        RECEIVING = "receiving", _("Receiving")
        SHIPPING = "shipping", _("Shipping")
        QUARANTINE = "quarantine", _("Quarantine")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        INACTIVE = "inactive", _("Inactive")

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="locations")
    code = models.CharField(_("code"), max_length=30, validators=[code_validator])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.STORAGE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    is_default = models.BooleanField(
        _("default"), default=False, help_text=_("Where goods go when nobody names a bin.")
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["warehouse", "code"], name="location_by_code")]
        constraints = [
            models.UniqueConstraint(
                "warehouse",
                Upper("code"),
                name="location_code_unique_in_warehouse",
                violation_error_code="code",
                violation_error_message=_("This warehouse has a bin with this code already."),
            ),
            models.UniqueConstraint(
                fields=["warehouse"],
                condition=models.Q(is_default=True),
                name="location_one_default_per_warehouse",
                violation_error_message=_("This warehouse has a default bin already."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(status="active"),
                name="location_default_is_active",
                violation_error_message=_("The default bin stays active: make another bin the default first."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | ~models.Q(kind="quarantine"),
                name="location_default_is_not_quarantine",
                violation_error_code="kind",
                violation_error_message=_("Nothing ships from quarantine, so the default bin is of another kind."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_additional_data(self) -> dict[str, Any]:
        return {"warehouse": self.warehouse_id, "name": f"{self.warehouse.code} / {self.code}"}


auditlog.register(Warehouse)
auditlog.register(Location)
