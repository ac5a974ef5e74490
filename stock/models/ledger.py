"""The ledger: what a person did (Operation) and what it changed (StockTransaction). Rows are added, never changed."""

from typing import Any, NoReturn, Self

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from catalog.models import BEYOND, QUANTITY, Lot, Product
from stock.models.append_only import AppendOnly, LedgerIsAppendOnly
from stock.models.count import Count
from stock.models.reason import ReasonCode
from stock.models.transfer import Transfer
from warehouses.models import Location, Warehouse


class CurrentTransactionId(models.Func):
    """The number of the transaction that writes the row; readers take the rows below a snapshot's horizon by it."""

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


class OperationQuerySet(models.QuerySet["Operation"]):
    def in_warehouses(self, warehouses: models.QuerySet[Warehouse]) -> Self:
        """Return the operations of these warehouses, and those that booked at least one row in one of them."""
        booked = StockTransaction.objects.filter(operation=OuterRef("pk"), warehouse__in=warehouses)
        return self.filter(Q(warehouse__in=warehouses) | Exists(booked))

    def with_names(self) -> Self:
        return self.select_related("by", "reason", "warehouse", "reversal")


class Operation(AppendOnly):
    """What a person did, once. The key comes from the client: the same key never books twice.

    `at` is when the person did it (device clock, or the database's where that was not to be believed: then
    `clock_corrected` is set); `created` is when it was booked. `digest` is the SHA-256 of what was asked for.
    """

    class Kind(models.TextChoices):
        RECEIVE = "receive", _("Receive")
        SHIP = "ship", _("Ship")
        MOVE = "move", _("Move")
        TRANSFER = "transfer", _("Transfer")
        SEND = "send", _("Send")
        ARRIVE = "arrive", _("Receive transfer")
        WRITE_OFF = "write_off", _("Write off")
        ADJUST = "adjust", _("Adjust")
        COUNT = "count", _("Count")
        REVERSE = "reverse", _("Undo")

    key = models.UUIDField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="operations", db_index=False)
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    reason = models.ForeignKey(ReasonCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="operations", db_index=False
    )
    at = models.DateTimeField(_("at"))
    clock_corrected = models.BooleanField(default=False)
    created = models.DateTimeField(_("booked"), db_default=Now())
    device = models.CharField(_("device"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("undoes")
    )
    # What it is a part of. A reversal is a part of the same.
    transfer = models.ForeignKey(
        Transfer, on_delete=models.PROTECT, null=True, blank=True, related_name="operations", db_index=False
    )
    count = models.ForeignKey(
        Count, on_delete=models.PROTECT, null=True, blank=True, related_name="operations", db_index=False
    )
    # Why a person took another lot than the one that expires first; empty where nobody did.
    lot_reason = models.CharField(_("why another lot"), max_length=200, blank=True, db_default="")
    digest = models.CharField(max_length=64)

    # Whether this answer repeats an earlier booking of the same key; not stored.
    replayed: bool = False

    objects = OperationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reverse", reverses__isnull=False) | (~Q(kind="reverse") & Q(reverses__isnull=True)),
                name="operation_reverse_names_what_it_reverses",
            ),
            models.CheckConstraint(
                condition=~Q(kind="adjust") | Q(reason__isnull=False), name="operation_adjust_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["send", "arrive", "write_off"]) | Q(transfer__isnull=False),
                name="operation_of_a_transfer_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(kind="count") | Q(count__isnull=False), name="operation_of_a_count_names_it"
            ),
        ]
        indexes = [
            models.Index(fields=["warehouse", "-created"], name="operation_by_warehouse"),
            models.Index(fields=["by", "-created"], name="operation_by_person"),
            # The time line of the audit page asks each warehouse for its newest, by one of these.
            models.Index(fields=["by", "warehouse", "-created", "-key"], name="operation_of_person"),
            models.Index(fields=["kind", "warehouse", "-created", "-key"], name="operation_of_kind"),
            models.Index(
                fields=["address", "warehouse", "-created", "-key"],
                name="operation_from_address",
                condition=Q(address__isnull=False),
            ),
            models.Index(
                OpClass(Upper("reference"), name="text_pattern_ops"),
                "warehouse",
                models.F("created").desc(),
                models.F("key").desc(),
                name="operation_of_reference",
                condition=~Q(reference=""),
            ),
            models.Index(
                fields=["transfer", "created"], name="operation_by_transfer", condition=Q(transfer__isnull=False)
            ),
            models.Index(fields=["count", "created"], name="operation_by_count", condition=Q(count__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.key)


class StockTransactionQuerySet(models.QuerySet["StockTransaction"]):
    def in_warehouses(self, warehouses: models.QuerySet[Warehouse]) -> Self:
        return self.filter(warehouse__in=warehouses)

    def with_names(self) -> Self:
        """Bring what a line of the ledger shows: one query, whatever the number of rows."""
        return self.select_related(
            "product__unit", "warehouse", "location", "lot", "operation__by", "operation__reason"
        )

    def update(self, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly("StockTransaction")

    def delete(self) -> NoReturn:
        raise LedgerIsAppendOnly("StockTransaction")


class StockTransaction(AppendOnly):
    """One line of the ledger: a signed quantity of one product, bin and lot, in the product's unit.

    `id` is drawn under the Inventory's lock, so it rises within one Inventory; `balance_after` is the Inventory's
    level after this row, in id order. `occurred_on` is the warehouse's calendar day of the operation's `at`.
    """

    class Type(models.TextChoices):
        IN = "in", _("In")
        OUT = "out", _("Out")
        TRANSFER = "transfer", _("Transfer")
        ADJUST = "adjust", _("Adjust")

    operation = models.ForeignKey(Operation, on_delete=models.PROTECT, related_name="rows")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    type = models.CharField(_("type"), max_length=8, choices=Type)
    quantity = models.DecimalField(_("quantity"), **QUANTITY)
    balance_after = models.DecimalField(_("level after"), **QUANTITY)
    created = models.DateTimeField(_("booked"), db_default=Now())
    occurred_on = models.DateField(_("day"))
    xact = models.BigIntegerField(db_default=CurrentTransactionId(), editable=False)

    objects = StockTransactionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity=0) & Q(quantity__lt=BEYOND), name="stock_transaction_quantity_not_zero"
            ),
            models.CheckConstraint(
                condition=Q(balance_after__gte=0, balance_after__lt=BEYOND),
                name="stock_transaction_balance_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "warehouse", "-id"], name="transaction_by_inventory"),
            models.Index(fields=["warehouse", "-id"], name="transaction_by_warehouse"),
            models.Index(fields=["location", "-id"], name="transaction_by_bin"),
            models.Index(fields=["lot", "-id"], name="transaction_by_lot", condition=Q(lot__isnull=False)),
            # Adjustments are few, and asked for by their reasons.
            models.Index(fields=["-id"], name="transaction_adjusted", condition=Q(type="adjust")),
            BrinIndex(fields=["created"], name="transaction_created"),
            BrinIndex(fields=["occurred_on"], name="transaction_occurred_on"),
            BrinIndex(fields=["xact"], name="transaction_xact"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.quantity}"
