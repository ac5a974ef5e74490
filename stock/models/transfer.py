"""Goods between two warehouses: what was sent, what arrived, and what was lost on the way."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import BEYOND, QUANTITY, Lot, Product
from stock.models.append_only import AppendOnly
from warehouses.models import Location, Warehouse

if TYPE_CHECKING:
    from stock.models.ledger import Operation

ZERO = Decimal(0)


def late_before(destination: Warehouse, day: date) -> datetime:
    """Return the moment before which a transfer has left that is overdue on this day of its destination.

    The one rule of what is overdue, for pages and alerts: days are those of the destination's calendar, a transfer may
    take as many as its limit says, and the day on which it left does not count.
    """
    first = day - timedelta(days=destination.transit_limit_days)
    return datetime.combine(first, time(), tzinfo=ZoneInfo(destination.time_zone))


class TransferQuerySet(models.QuerySet["Transfer"]):
    def in_warehouses(self, warehouses: models.QuerySet[Warehouse]) -> Self:
        """Return the transfers that leave or reach one of these warehouses."""
        return self.filter(Q(source__in=warehouses) | Q(destination__in=warehouses))

    def standing(self) -> Self:
        """Return the transfers that are not over yet: drafts, and those of which something is on the way."""
        return self.filter(state__in=[Transfer.State.DRAFT, Transfer.State.SENT])


class Transfer(models.Model):
    """Goods from one warehouse to another: draft -> sent (in transit) -> closed, or cancelled.

    `key` comes from the client: the same key makes one draft. It is sent while anything of it is in transit, closed
    once all of it was received or written off. `digest` is the SHA-256 of what was last asked of the draft, under which
    key and by whom: the same asked again changes nothing.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("On the way")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")

    key = models.UUIDField(unique=True)
    source = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="transfers_out")
    destination = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="transfers_in")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    # Why the draft names another lot than the one that expires first; the sending keeps it on its operation.
    lot_reason = models.CharField(_("why another lot"), max_length=200, blank=True, db_default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(_("drafted"), db_default=Now())
    # By the database's clock, as `Operation.created`.
    sent = models.DateTimeField(_("sent"), null=True, blank=True)
    closed = models.DateTimeField(_("closed"), null=True, blank=True)
    # Raised by every change, so that a page which shows an older state is told.
    version = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, db_default="")

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("destination")), name="transfer_goes_to_another_warehouse"),
            models.CheckConstraint(
                condition=Q(state="draft", sent__isnull=True)
                | Q(state__in=["sent", "closed"], sent__isnull=False)
                | Q(state="cancelled"),
                name="transfer_is_sent_once_it_left",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed__isnull=False) | ~Q(state="closed") & Q(closed__isnull=True),
                name="transfer_closed_knows_when",
            ),
        ]
        indexes = [
            models.Index(fields=["source", "state", "-id"], name="transfer_by_source"),
            models.Index(fields=["destination", "state", "-id"], name="transfer_by_destination"),
        ]

    def __str__(self) -> str:
        return f"T{self.pk}"

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is on the way for longer than its destination allows, on the day that this is at."""
        if self.state != self.State.SENT or self.sent is None:
            return False
        return self.sent < late_before(self.destination, self.destination.day_at(now))


class TransferLine(models.Model):
    """One product of a transfer, and from the sending on one lot of it. Quantities in the product's unit.

    A draft's lines say what is `wanted`, from which bin and of which lot if it matters. Sending replaces them by one
    line a product and lot that was taken, with what was `sent`; in transit is sent - received - written off. Once a
    sending is cancelled nothing of it is `sent`, and `wanted` still says what it was.
    """

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    wanted = models.DecimalField(_("wanted"), default=ZERO, db_default=ZERO, **QUANTITY)
    sent = models.DecimalField(_("sent"), default=ZERO, db_default=ZERO, **QUANTITY)
    received = models.DecimalField(_("received"), default=ZERO, db_default=ZERO, **QUANTITY)
    written_off = models.DecimalField(_("written off"), default=ZERO, db_default=ZERO, **QUANTITY)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received__gte=0, written_off__gte=0, sent__gte=F("received") + F("written_off")),
                name="transfer_line_arrives_at_most_once",
            ),
            models.CheckConstraint(
                condition=Q(wanted__gte=0, wanted__lt=BEYOND, sent__lt=BEYOND), name="transfer_line_is_a_quantity"
            ),
        ]
        indexes = [
            models.Index(
                fields=["product"],
                name="transfer_line_in_transit",
                condition=Q(sent__gt=F("received") + F("written_off")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.product_id} {self.sent or self.wanted}"

    @property
    def in_transit(self) -> Decimal:
        return self.sent - self.received - self.written_off


class TransferEntry(AppendOnly):
    """One line of the transit ledger: what an operation did to a transfer's line, signed; a reversal is negative."""

    class Kind(models.TextChoices):
        SENT = "sent", _("Sent")
        RECEIVED = "received", _("Received")
        WRITTEN_OFF = "written_off", _("Written off")

    operation: "models.ForeignKey[Operation, Operation]" = models.ForeignKey(
        "stock.Operation", on_delete=models.PROTECT, related_name="transit"
    )
    line = models.ForeignKey(TransferLine, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    quantity = models.DecimalField(_("quantity"), **QUANTITY)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "transfer entries"
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity=0) & Q(quantity__lt=BEYOND), name="transfer_entry_quantity_not_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.kind} {self.quantity}"
