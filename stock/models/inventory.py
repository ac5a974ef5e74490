"""What lies where: one Inventory a product and warehouse, and the holdings that sum to it."""

from decimal import ROUND_UP, Decimal
from typing import Any, Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import BEYOND, QUANTITY, Lot, Product
from warehouses.models import Location, Warehouse


class State(models.TextChoices):
    """What a level means, one value."""

    OUT = "out", _("Out")
    LOW = "low", _("Low")
    OVER = "over", _("Over")
    OK = "ok", _("OK")


def level_state(quantity: Decimal, low: Decimal | None, high: Decimal | None) -> State:
    """Return the state of a level under the thresholds in force (None: no threshold, no state but OK)."""
    if low is not None and quantity == 0:
        return State.OUT
    if low is not None and quantity <= low:
        return State.LOW
    if high is not None and quantity > high:
        return State.OVER
    return State.OK


def margin(threshold: Decimal, warehouse: Warehouse, decimals: int) -> Decimal:
    """Return how far beyond its threshold a level counts as mended: a share of it, at least one smallest step."""
    step = Decimal(1).scaleb(-decimals)
    return max((threshold * warehouse.threshold_margin / 100).quantize(step, ROUND_UP), step)


class InventoryQuerySet(models.QuerySet["Inventory"]):
    def in_warehouses(self, warehouses: models.QuerySet[Warehouse]) -> Self:
        return self.filter(warehouse__in=warehouses)


class Inventory(models.Model):
    """The level of one product in one warehouse, in the product's unit.

    Only the ledger writes `quantity` and `version`; every change of a level or a threshold raises `version` by one.
    The holdings sum to `quantity`: a deferred constraint trigger refuses a commit where they do not.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="inventories")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="inventories")
    quantity = models.DecimalField(_("on hand"), default=Decimal(0), db_default=Decimal(0), **QUANTITY)
    low_threshold = models.DecimalField(_("low threshold"), null=True, blank=True, **QUANTITY)
    high_threshold = models.DecimalField(_("high threshold"), null=True, blank=True, **QUANTITY)
    version = models.BigIntegerField(default=0, db_default=0)
    last_out = models.DateTimeField(_("last shipped"), null=True, blank=True)
    last_counted = models.DateTimeField(_("last counted"), null=True, blank=True)
    updated = models.DateTimeField(_("updated"), db_default=Now())

    objects = InventoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "inventory"
        constraints = [
            models.UniqueConstraint(fields=["product", "warehouse"], name="inventory_one_per_product_and_warehouse"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, quantity__lt=BEYOND), name="inventory_quantity_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(low_threshold__isnull=True)
                | Q(high_threshold__isnull=True)
                | Q(low_threshold__lt=F("high_threshold")),
                name="inventory_low_below_high",
                violation_error_message=_("The low threshold must be below the high one."),
            ),
            models.CheckConstraint(
                condition=Q(low_threshold__isnull=True) | Q(low_threshold__gte=0, low_threshold__lt=BEYOND),
                name="inventory_low_threshold_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["warehouse", "product"], name="inventory_by_warehouse")]

    def __str__(self) -> str:
        return f"{self.product_id} @ {self.warehouse_id}"

    def get_additional_data(self) -> dict[str, Any]:
        """Tell the audit log whose managers may read of its thresholds, and its name, by SKU."""
        return {"warehouse": self.warehouse_id, "name": f"{self.product.sku} @ {self.warehouse.code}"}


class Holding(models.Model):
    """Where a part of an Inventory lies: in one bin, of one lot. A holding that is used up is deleted."""

    inventory = models.ForeignKey(Inventory, on_delete=models.PROTECT, related_name="holdings")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="holdings")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="holdings")
    quantity = models.DecimalField(_("on hand"), **QUANTITY)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["inventory", "location", "lot"],
                nulls_distinct=False,
                name="holding_one_per_inventory_bin_and_lot",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, quantity__lt=BEYOND), name="holding_quantity_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inventory_id} / {self.location_id} / {self.lot_id}"


auditlog.register(Inventory, include_fields=["low_threshold", "high_threshold"])
