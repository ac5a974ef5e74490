"""Who wants to be told of what, through which channel, and when."""

import hashlib
from datetime import time
from typing import Any

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from warehouses.models import Warehouse


class Kind(models.TextChoices):
    """What people choose by: the types of alerts, those of the system in one."""

    LOW = "low", _("Low")
    OUT = "out", _("Out of stock")
    OVERSTOCK = "overstock", _("Overstock")
    EXPIRING = "expiring", _("Expiring")
    EXPIRED = "expired", _("Expired")
    OVERDUE = "overdue", _("Transfer overdue")
    VARIANCE = "variance", _("Count variance")
    SYSTEM = "system", _("System")


class Channel(models.TextChoices):
    APP = "app", _("In the app")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    PUSH = "push", _("Push")


class Mode(models.TextChoices):
    NOW = "now", _("At once")
    DIGEST = "digest", _("Daily digest")
    NEVER = "never", _("Not")


class Subscription(models.Model):
    """What somebody has chosen for a kind and a channel: in one warehouse, or (None) wherever they chose nothing else.

    Where there is no row, the default holds: managers of the warehouse are told at once, in the app and by e-mail, and
    admins so of the system and of warehouses without a manager (`alerts.queries.recipients`).
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    mode = models.CharField(_("when"), max_length=10, choices=Mode)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "warehouse", "kind", "channel"],
                nulls_distinct=False,
                name="subscription_one_choice_per_warehouse_kind_and_channel",
            ),
            models.CheckConstraint(condition=~Q(channel="app", mode="digest"), name="subscription_app_has_no_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.channel}: {self.mode}"

    def get_additional_data(self) -> dict[str, Any]:
        """Tell the audit log whose managers may read of it."""
        return {"warehouse": self.warehouse_id} if self.warehouse_id else {}


class Preferences(models.Model):
    """When somebody is told, by the clock of their own time zone; one row a person at most, none for the defaults.

    Between `quiet_from` and `quiet_until` (both or neither; over midnight where the first is later) nothing leaves by
    e-mail, SMS or push; it leaves at their end. Digests leave at `digest_at`. `sms_stopped` is when they answered STOP.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    digest_at = models.TimeField(_("daily digest at"), default=time(7))
    sms_stopped = models.DateTimeField(_("SMS stopped"), null=True, blank=True)

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="preferences_quiet_hours_have_both_ends",
            ),
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")), name="preferences_quiet_hours_have_a_length"
            ),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.person_id}"

    @property
    def quiet_words(self) -> str:
        """Say when it is quiet, "" where it never is."""
        if self.quiet_from is None or self.quiet_until is None:
            return ""
        values = {"begin": self.quiet_from.strftime("%H:%M"), "end": self.quiet_until.strftime("%H:%M")}
        if self.quiet_from < self.quiet_until:
            return gettext("Quiet from %(begin)s until %(end)s.") % values
        return gettext("Quiet from %(begin)s until %(end)s the next morning.") % values


class PushDevice(models.Model):
    """A browser that gets push messages. `token` is Firebase's registration, encrypted; `digest` finds it again."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_devices")
    token = models.TextField(editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("device"), max_length=200)
    created = models.DateTimeField(_("since"), db_default=Now())

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


auditlog.register(Subscription)
auditlog.register(Preferences)
auditlog.register(PushDevice, include_fields=["person", "name"])
