"""Levels, the ledger and the reasons for corrections in the admin site, to look at."""

from django.contrib import admin

from inventory_site.web.read_only import ReadOnlyAdmin
from stock.models import Holding, Inventory, Operation, ReasonCode, StockTransaction


@admin.register(Inventory)
class InventoryAdmin(ReadOnlyAdmin):
    list_display = (
        "product",
        "warehouse",
        "quantity",
        "low_threshold",
        "high_threshold",
        "version",
        "last_out",
        "updated",
    )
    list_filter = ("warehouse",)
    list_select_related = ("product", "warehouse")
    search_fields = ("=product__sku", "=warehouse__code")
    ordering = ("-id",)


@admin.register(Holding)
class HoldingAdmin(ReadOnlyAdmin):
    list_display = ("product", "warehouse", "location", "lot", "quantity")
    list_select_related = ("inventory__product", "inventory__warehouse", "location", "lot")
    search_fields = ("=inventory__product__sku", "=location__code", "=lot__number")
    ordering = ("-id",)

    @admin.display(description="product")
    def product(self, holding: Holding) -> str:
        return str(holding.inventory.product)

    @admin.display(description="warehouse")
    def warehouse(self, holding: Holding) -> str:
        return str(holding.inventory.warehouse)


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    list_display = ("key", "kind", "warehouse", "reference", "reason", "by", "at", "created", "reverses")
    list_filter = ("warehouse", "kind")
    list_select_related = ("warehouse", "reason", "by", "reverses")
    search_fields = ("=reference", "=by__email")
    ordering = ("-created",)


@admin.register(StockTransaction)
class StockTransactionAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "type",
        "quantity",
        "balance_after",
        "product",
        "warehouse",
        "location",
        "lot",
        "operation",
        "created",
        "occurred_on",
    )
    list_filter = ("warehouse", "type")
    list_select_related = ("product", "warehouse", "location", "lot", "operation")
    search_fields = ("=product__sku", "=lot__number")


@admin.register(ReasonCode)
class ReasonCodeAdmin(ReadOnlyAdmin):
    """To look at; reasons have pages of their own, which know what was used."""

    list_display = ("code", "name", "direction", "note_required", "counts_as_loss", "is_active")
    list_filter = ("direction", "is_active")
    search_fields = ("code", "name")
