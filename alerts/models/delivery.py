"""The outbox."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alerts.models.alert import Alert
from alerts.models.choices import Channel
from alerts.models.wording import headline, message


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, channel: str) -> Self:
        """Those that wait to be sent now, by the database's clock, longest due first."""
        return self.filter(channel=channel, status=Delivery.Status.WAITING, next_attempt__lte=Now()).order_by(
            "next_attempt", "id"
        )

    def leaving(self) -> Self:
        """Those that a worker hands to a provider: all but what stands in the app."""
        return self.exclude(channel=Channel.APP)

    def unread_by(self, person: User) -> Self:
        """What was brought to this person in the app and not opened yet."""
        return self.filter(person=person, channel=Channel.APP, read=None)


class Delivery(models.Model):
    """The outbox: one thing to tell one person through one channel. The row is the promise that it will be told.

    `dedupe_key` names what is told: the same thing is never queued twice for a person and channel. A worker claims
    a row by moving `next_attempt` ahead before it calls the provider. `telling` is true of one delivery of each
    time that a person is told of an incident, through however many channels: by these it is counted. `facts` are
    what the person is told, its `type` included, as it was when the row was queued. `attempts` counts those in
    which the provider had its say about this very delivery; a provider that is away counts for nothing. One for a
    digest waits as `digest` until the digest of its person and channel, a delivery of its own, takes it in
    (`gathered` with `digest` set). `fallback_of` is what failed for good in another channel. Deliveries in the app
    are sent by being written; `read` is when they were seen.
    """

    class Purpose(models.TextChoices):
        ALERT = "alert", _("Alert")
        DIGEST = "digest", _("Daily digest")
        TEST = "test", _("Test")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DIGEST = "digest", _("Waiting for the digest")
        GATHERED = "gathered", _("In a digest")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    purpose = models.CharField(_("what"), max_length=10, choices=Purpose, default=Purpose.ALERT)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries")
    dedupe_key = models.CharField(max_length=100)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    telling = models.BooleanField(default=False, db_default=False, editable=False)
    facts = models.JSONField(default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt = models.DateTimeField(_("next attempt"), db_default=Now())
    provider_id = models.CharField(max_length=200, blank=True)
    provider_status = models.CharField(_("as the provider says"), max_length=40, blank=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)
    digest = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="gathered")
    fallback_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="fallbacks")
    created = models.DateTimeField(_("created"), db_default=Now())
    sent = models.DateTimeField(_("sent"), null=True, blank=True)
    read = models.DateTimeField(_("read"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key", "person", "channel"], name="delivery_told_once_per_person_and_channel"
            ),
            models.CheckConstraint(
                condition=~Q(status="gathered") | Q(digest__isnull=False), name="delivery_gathered_has_its_digest"
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "next_attempt"], condition=Q(status="waiting"), name="delivery_waiting"),
            models.Index(fields=["next_attempt"], condition=Q(status="digest"), name="delivery_for_digest"),
            models.Index(fields=["person"], condition=Q(channel="app", read=None), name="delivery_unread"),
            models.Index(fields=["person", "-id"], name="delivery_by_person"),
            models.Index(fields=["person", "channel", "-id"], condition=Q(purpose="test"), name="delivery_test"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="delivery_by_provider_id"),
            models.Index(fields=["-id"], condition=Q(status="failed"), name="delivery_failed"),
            models.Index(fields=["created"], condition=Q(status="withdrawn"), name="delivery_withdrawn"),
            models.Index(
                fields=["created"],
                include=["alert", "person"],
                condition=Q(telling=True) & ~Q(status="withdrawn"),
                name="delivery_tellings",
            ),
        ]

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
