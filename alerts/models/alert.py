"""The incident, and everything that has happened to it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts.models.choices import Kind
from alerts.models.wording import headline, message
from catalog.models import Lot, Product
from warehouses.models import Warehouse


class AlertQuerySet(models.QuerySet["Alert"]):
    def unresolved(self) -> Self:
        return self.exclude(status=Alert.Status.RESOLVED)

    def unclaimed(self) -> Self:
        """Those that nobody has acknowledged."""
        return self.filter(status=Alert.Status.OPEN)

    def in_state(self, state: str) -> Self:
        """Those of this status; "all" leaves none out."""
        return self if state == "all" else self.filter(status=state)

    def at(self, warehouse: Warehouse) -> Self:
        return self.filter(warehouse=warehouse)

    def visible_to(self, user: User) -> Self:
        """Those of the warehouses that the person may see; those of no warehouse are the admins'."""
        there = Q(warehouse__in=Warehouse.objects.for_user(user, "view"))
        everywhere = user.is_authenticated and user.is_active and user.role == User.Role.ADMIN
        return self.filter(there | Q(warehouse=None)) if everywhere else self.filter(there)

    def with_names(self) -> Self:
        return self.select_related("product__unit", "warehouse", "lot", "assignee", "acknowledged_by", "resolved_by")


def _key_part(name: str) -> Coalesce:
    return Coalesce(Cast(name, models.CharField()), Value(""))


class Alert(models.Model):
    """One incident: a cause that stands, from the moment it was seen until it is gone.

    At most one live alert a cause (cause, product, warehouse, lot, subject): the database holds it. `standing` says
    whether the cause stands as far as anybody knows; an alert that is not resolved always stands, and one that a person
    has resolved while its cause goes on stands until that is gone, so that nobody is told of it anew. `rank` says how
    grave the state is within its cause (a low level 2, none left 3; of a lot that expires the number of tiers passed);
    people are told when it rises above `told_rank` (0: not told yet), `told_count` says how often. `facts` are the
    plain values that the message is written from, as of the last change of type, rank or severity.
    """

    class Cause(models.TextChoices):
        SHORTAGE = "shortage", _("Shortage")
        OVERSTOCK = "overstock", _("Overstock")
        EXPIRY = "expiry", _("Expiry")
        OVERDUE = "overdue", _("Overdue")
        VARIANCE = "variance", _("Variance")
        SYSTEM = "system", _("System")

    class Type(models.TextChoices):
        LOW = "low", _("Low")
        OUT = "out", _("Out of stock")
        OVERSTOCK = "overstock", _("Overstock")
        EXPIRING = "expiring", _("Expiring")
        EXPIRED = "expired", _("Expired")
        OVERDUE = "overdue", _("Transfer overdue")
        VARIANCE = "variance", _("Count variance")
        LEDGER = "ledger", _("Ledger difference")
        BACKUP = "backup", _("Backup failed")
        DRILL = "drill", _("Restore drill failed")
        QUEUE = "queue", _("Queue stuck")

    class Severity(models.IntegerChoices):
        NOTICE = 1, _("Notice")
        WARNING = 2, _("Warning")
        CRITICAL = 3, _("Critical")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SNOOZED = "snoozed", _("Snoozed")
        RESOLVED = "resolved", _("Resolved")

    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    type = models.CharField(_("type"), max_length=10, choices=Type)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject = models.CharField(_("subject"), max_length=60, blank=True)
    # The cause in one text, as `alerts.services.Finding.key` writes it: what incidents are found and locked by.
    key = models.GeneratedField(
        expression=Concat(
            F("cause"),
            Value(":"),
            _key_part("product_id"),
            Value(":"),
            _key_part("warehouse_id"),
            Value(":"),
            _key_part("lot_id"),
            Value(":"),
            F("subject"),
        ),
        output_field=models.CharField(max_length=150),
        db_persist=True,
    )
    facts = models.JSONField(default=dict)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity)
    rank = models.PositiveSmallIntegerField(default=0)
    told_rank = models.PositiveSmallIntegerField(default=0)
    told_count = models.PositiveIntegerField(default=0)
    standing = models.BooleanField(default=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(_("since"), db_default=Now())
    # When it was opened, re-opened or became graver last: from here on runs the time in which it is to be acknowledged.
    opened = models.DateTimeField(_("opened"), db_default=Now())
    acknowledged = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    escalated = models.DateTimeField(_("escalated"), null=True, blank=True)
    resolved = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolution = models.CharField(_("why"), max_length=200, blank=True)
    # Whether stock work was done for it while it stood; nobody knows before it is over and `reports` has looked.
    worked = models.BooleanField(_("worked on"), null=True, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "product", "warehouse", "lot", "subject"],
                condition=Q(standing=True),
                nulls_distinct=False,
                name="alert_one_live_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(standing=True) | Q(status="resolved"), name="alert_unresolved_has_a_cause_that_stands"
            ),
            models.CheckConstraint(
                condition=Q(status="resolved", resolved__isnull=False)
                | (~Q(status="resolved") & Q(resolved__isnull=True)),
                name="alert_resolved_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="acknowledged") | Q(acknowledged__isnull=False),
                name="alert_acknowledged_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="snoozed") | Q(snoozed_until__isnull=False), name="alert_snoozed_has_its_end"
            ),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True) | ~Q(resolution=""), name="alert_resolved_by_hand_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["warehouse", "status", "-id"], name="alert_by_warehouse"),
            models.Index(fields=["key", "-resolved"], name="alert_by_key"),
            models.Index(fields=["product", "-id"], name="alert_by_product"),
            models.Index(fields=["snoozed_until"], condition=Q(status="snoozed"), name="alert_snoozed"),
            models.Index(fields=["id"], condition=Q(status="resolved", worked=None), name="alert_to_look_into"),
            models.Index(fields=["created"], name="alert_by_beginning"),
            models.Index(fields=["opened"], condition=Q(status="open", severity=3), name="alert_to_escalate"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("alerts:alert-detail", args=[self.pk])

    @property
    def kind(self) -> Kind:
        """By what people choose whether and how they are told."""
        return Kind.SYSTEM if self.cause == self.Cause.SYSTEM else Kind(self.type)

    @property
    def headline(self) -> str:
        """What has happened, in a line and in the reader's language."""
        return headline(self.type, self.facts)

    @property
    def message(self) -> str:
        """What has happened, in a sentence and in the reader's language."""
        return message(self.type, self.facts)

    @property
    def level_state(self) -> str:
        """The state of the level that it is about (low, out, over); empty where it is about no level."""
        marks: dict[Any, str] = {self.Type.LOW: "low", self.Type.OUT: "out", self.Type.OVERSTOCK: "over"}
        return marks.get(self.type, "")

    @property
    def is_open(self) -> bool:
        return self.status in (self.Status.OPEN, self.Status.SNOOZED)

    @property
    def is_resolved(self) -> bool:
        return self.status == self.Status.RESOLVED


class AlertEvent(models.Model):
    """One thing that has happened to an incident: its history, append-only (a trigger refuses UPDATE and DELETE).

    `by` is None for what nobody did. `text` is what a person wrote; `facts` hold the rest: type, until, assignee.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        CHANGED = "changed", _("Changed")
        REOPENED = "reopened", _("Opened again")
        TOLD = "told", _("Told")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SNOOZED = "snoozed", _("Snoozed")
        WOKE = "woke", _("Snooze over")
        ASSIGNED = "assigned", _("Assigned")
        COMMENTED = "commented", _("Commented")
        ESCALATED = "escalated", _("Escalated")
        RESOLVED = "resolved", _("Resolved")
        CLEARED = "cleared", _("Cause gone")

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("what"), max_length=12, choices=Kind)
    at = models.DateTimeField(_("when"), db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(_("text"), max_length=1000, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["alert", "id"], name="alert_event_by_alert"),
            models.Index(
                fields=["at"],
                include=["alert", "by", "kind"],
                condition=Q(by__isnull=False, kind__in=["acknowledged", "assigned", "commented", "resolved"]),
                name="alert_event_acted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.alert_id}"
