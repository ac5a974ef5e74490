"""What the ledger adds up to, day by day."""

from typing import Any

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
