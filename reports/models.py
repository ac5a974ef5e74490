"""What the ledger adds up to, day by day; the rows of the audit log; and the seals over both."""

from typing import Any

from auditlog.models import AbstractLogEntry
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from warehouses.models import Warehouse

SUM: dict[str, Any] = {"max_digits": 18, "decimal_places": 3, "default": 0, "db_default": 0}


class DailyMovement(models.Model):
    """The sums of one product, warehouse and calendar day of that warehouse, in the product's unit, net of reversals.

    `shipped`, `adjusted`, `moved_in` and so on follow the ledger's types; `net` is the change of the level. Moves
    between bins of one warehouse are in `net` and `lines` alone. Only `reports.services` writes here.
    """

    # The one index: a span of days in a warehouse lies together in it, and new rows join at a warehouse's end.
    pk = models.CompositePrimaryKey("warehouse_id", "day", "product_id")
    # The ledger, which every row here is made from and which is never deleted, checks and protects both keys. To do it
    # here again would cost the rollup more than the sums do.
    product = models.ForeignKey(
        Product, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    day = models.DateField(_("day"))
    shipped = models.DecimalField(_("shipped"), **SUM)
    received = models.DecimalField(_("received"), **SUM)
    adjusted = models.DecimalField(_("adjusted"), **SUM)
    moved_in = models.DecimalField(_("moved in"), **SUM)
    moved_out = models.DecimalField(_("moved out"), **SUM)
    net = models.DecimalField(_("net"), **SUM)
    lines = models.PositiveIntegerField(_("lines"), default=0, db_default=0)

    class Meta:
        indexes = [BrinIndex(fields=["day"], name="daily_movement_day")]

    def __str__(self) -> str:
        return f"{self.product_id} @ {self.warehouse_id} on {self.day}"


class RollupMark(models.Model):
    """Up to which transaction the ledger has been rolled up: rows with `xact` below it are in DailyMovement. One row.

    Ledger rows with an id up to `restored` came from another database cluster, whose transaction numbers mean nothing
    here: a rebuild took them all, and no later rollup takes them again.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    xact = models.BigIntegerField(default=0)
    restored = models.BigIntegerField(default=0)
    moved = models.DateTimeField(_("moved"), db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="rollup_mark_is_one_row")]

    def __str__(self) -> str:
        return str(self.xact)


class AuditRow(AbstractLogEntry):
    """auditlog's own table, with the number of the transaction that wrote each row; a migration of ours added that.

    Nothing writes through this model: rows come from auditlog and from `inventory_site.web.trail`.
    """

    xact = models.BigIntegerField(editable=False)

    class Meta:
        managed = False
        db_table = "auditlog_logentry"
        default_permissions = ()


class Seal(models.Model):
    """One night's seal over what became final since the one before: keyed, and chained to it by its root.

    It covers the rows written by transactions from `since` to below `until`, with ids above `ledger_after`,
    `transit_after` and `audit_after`: rows up to those came from another database cluster, whose numbers mean nothing
    here. `key` tells which key made the root, and nothing about the key. Only `reports.services.seals` writes here.
    """

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    day = models.DateField(_("day"))
    made = models.DateTimeField(_("made"))
    since = models.BigIntegerField()
    until = models.BigIntegerField()
    ledger_after = models.BigIntegerField(default=0)
    audit_after = models.BigIntegerField(default=0)
    transit_after = models.BigIntegerField(default=0, db_default=0)
    key = models.CharField(_("key"), max_length=16)
    previous = models.CharField(_("root before"), max_length=64)
    root = models.CharField(_("root"), max_length=64)

    def __str__(self) -> str:
        return f"{self.number} ({self.day})"


class SealPart(models.Model):
    """The digest of the rows of one table that were written on one calendar day (UTC), as a seal found them."""

    class Table(models.TextChoices):
        LEDGER = "ledger", _("ledger")
        TRANSIT = "transit", _("transit ledger")
        AUDIT = "audit", _("audit log")

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="parts")
    table = models.CharField(_("table"), max_length=7, choices=Table)
    day = models.DateField(_("day"))
    rows = models.PositiveBigIntegerField(_("rows"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        ordering = ["table", "day"]
        constraints = [models.UniqueConstraint(fields=["seal", "table", "day"], name="seal_part_once_a_day")]

    def __str__(self) -> str:
        return f"{self.table} {self.day}"


class SealCheck(models.Model):
    """When all seals were last verified, and what came of it. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField(_("verified"))
    seals = models.PositiveBigIntegerField(_("seals"))
    problems = models.PositiveBigIntegerField(_("problems"))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="seal_check_is_one_row")]

    def __str__(self) -> str:
        return str(self.at)
