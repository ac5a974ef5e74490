"""Alerts (one live incident a cause) and the outbox of what people are told about them."""

from collections.abc import Mapping
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Lot, Product
from warehouses.models import Warehouse


class AlertQuerySet(models.QuerySet["Alert"]):
    def unresolved(self) -> Self:
        return self.exclude(status=Alert.Status.RESOLVED)

    def unclaimed(self) -> Self:
        """Those that nobody has acknowledged."""
        return self.filter(status=Alert.Status.OPEN)

    def in_state(self, state: str) -> Self:
        """Those of this status; snoozed ones come back, so they count as open. "all" leaves none out."""
        if state == "all":
            return self
        states = [Alert.Status.OPEN, Alert.Status.SNOOZED] if state == Alert.Status.OPEN else [state]
        return self.filter(status__in=states)

    def at(self, warehouse: Warehouse) -> Self:
        return self.filter(warehouse=warehouse)

    def in_warehouses(self, warehouses: models.QuerySet[Warehouse]) -> Self:
        return self.filter(warehouse__in=warehouses)

    def visible_to(self, user: User) -> Self:
        return self.in_warehouses(Warehouse.objects.for_user(user, "view"))

    def with_names(self) -> Self:
        return self.select_related("product", "warehouse", "assignee", "acknowledged_by")


class Alert(models.Model):
    """One incident: a cause that stands, from the moment it was seen until it is gone.

    At most one unresolved alert a (cause, product, warehouse, lot, subject): the database holds it. `facts` are the
    plain values that the message is written from, as of the last change of `type`. `told_severity` is the most severe
    state people were told of (0: none yet), `told_count` how often.
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
    facts = models.JSONField(default=dict)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity)
    told_severity = models.PositiveSmallIntegerField(default=0)
    told_count = models.PositiveIntegerField(default=0)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(_("since"), db_default=Now())
    acknowledged = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolved = models.DateTimeField(_("resolved"), null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause", "product", "warehouse", "lot", "subject"],
                condition=~Q(status="resolved"),
                nulls_distinct=False,
                name="alert_one_unresolved_per_cause",
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
        ]
        indexes = [
            models.Index(fields=["warehouse", "status", "-id"], name="alert_by_warehouse"),
            models.Index(fields=["product", "warehouse", "cause", "-resolved"], name="alert_last_resolved"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("alerts:alert-detail", args=[self.pk])

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
        """The state of the level (low, out, over), as pages mark it."""
        return "over" if self.type == self.Type.OVERSTOCK else self.type

    @property
    def is_open(self) -> bool:
        return self.status in (self.Status.OPEN, self.Status.SNOOZED)

    @property
    def is_resolved(self) -> bool:
        return self.status == self.Status.RESOLVED


SEVERITY = {
    Alert.Type.OVERSTOCK: Alert.Severity.NOTICE,
    Alert.Type.LOW: Alert.Severity.WARNING,
    Alert.Type.OUT: Alert.Severity.CRITICAL,
}
HEADLINES = {
    Alert.Type.LOW: _("Low: %(sku)s at %(warehouse)s, %(quantity)s left"),
    Alert.Type.OUT: _("Out of stock: %(sku)s at %(warehouse)s"),
    Alert.Type.OVERSTOCK: _("Overstock: %(sku)s at %(warehouse)s, %(quantity)s on hand"),
}
# The level goes on changing after it was noticed, so the sentences say what was seen then.
MESSAGES = {
    Alert.Type.LOW: _(
        "%(quantity)s %(unit)s of %(name)s were left at %(warehouse_name)s when this was noticed. "
        "The low threshold is %(threshold)s %(unit)s."
    ),
    Alert.Type.OUT: _(
        "No %(name)s was left at %(warehouse_name)s when this was noticed. The low threshold is %(threshold)s %(unit)s."
    ),
    Alert.Type.OVERSTOCK: _(
        "%(quantity)s %(unit)s of %(name)s were on hand at %(warehouse_name)s when this was noticed. "
        "The high threshold is %(threshold)s %(unit)s."
    ),
}


def headline(kind: str, facts: Mapping[str, str]) -> str:
    """Write the line of an alert of this type in the language in force."""
    return str(HEADLINES[Alert.Type(kind)]) % facts


def message(kind: str, facts: Mapping[str, str]) -> str:
    """Write the sentence of an alert of this type in the language in force."""
    return str(MESSAGES[Alert.Type(kind)]) % facts


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, channel: str) -> Self:
        """Those that wait to be sent now, by the database's clock, longest due first."""
        return self.filter(channel=channel, status=Delivery.Status.WAITING, next_attempt__lte=Now()).order_by(
            "next_attempt", "id"
        )


class Delivery(models.Model):
    """The outbox: one thing to tell one person through one channel. The row is the promise that it will be told.

    `dedupe_key` names what is told: the same thing is never queued twice for a person and channel. A worker claims a
    row by moving `next_attempt` ahead before it calls the provider. `facts` are what the person is told, its `type`
    included, as it was when the row was queued. `attempts` counts those in which the provider had its say about this
    very delivery; a provider that is away counts for nothing.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries")
    dedupe_key = models.CharField(max_length=100)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    facts = models.JSONField(default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt = models.DateTimeField(_("next attempt"), db_default=Now())
    provider_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)
    created = models.DateTimeField(_("created"), db_default=Now())
    sent = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key", "person", "channel"], name="delivery_told_once_per_person_and_channel"
            )
        ]
        indexes = [models.Index(fields=["next_attempt"], condition=Q(status="waiting"), name="delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.dedupe_key} → {self.person_id}"

    @property
    def headline(self) -> str:
        """What the person is told, in a line and in the reader's language."""
        return headline(self.facts["type"], self.facts)

    @property
    def message(self) -> str:
        """What the person is told, in a sentence and in the reader's language."""
        return message(self.facts["type"], self.facts)
