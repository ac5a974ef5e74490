"""Levels, the ledger, transfers and counts in the admin site: to look at, each with the way to its page."""

from typing import ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from inventory_site.web.read_only import ReadOnlyAdmin
from stock.models import (
    Count,
    CountBin,
    CountEntry,
    CountLine,
    CountSubmission,
    Holding,
    Inventory,
    Operation,
    ReasonCode,
    StockTransaction,
    SweepMark,
    Transfer,
    TransferEntry,
    TransferLine,
)


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

    def view_on_site(self, level: Inventory) -> str:
        address = reverse("stock:level-detail", args=[level.product.sku])
        return f"{address}?{urlencode({'warehouse': level.warehouse.code})}"


@admin.register(Holding)
class HoldingAdmin(ReadOnlyAdmin):
    list_display = ("product", "warehouse", "location", "lot", "quantity")
    list_select_related = ("inventory__product", "inventory__warehouse", "location", "lot")
    search_fields = ("=inventory__product__sku", "=location__code", "=lot__number")
    ordering = ("-id",)

    def view_on_site(self, holding: Holding) -> str:
        return reverse("stock:location-detail", args=[holding.inventory.warehouse.code, holding.location.code])

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

    def view_on_site(self, operation: Operation) -> str:
        return reverse("stock:operation-detail", args=[operation.key])


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

    def view_on_site(self, line: StockTransaction) -> str:
        return reverse("stock:operation-detail", args=[line.operation_id])


@admin.register(ReasonCode)
class ReasonCodeAdmin(ReadOnlyAdmin):
    """To look at; reasons have pages of their own, which know what was used."""

    list_display = ("code", "name", "direction", "note_required", "counts_as_loss", "is_active")
    list_filter = ("direction", "is_active")
    search_fields = ("code", "name")


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    list_display = ("id", "source", "destination", "state", "reference", "by", "created", "sent", "closed")
    list_filter = ("state", "source", "destination")
    list_select_related = ("source", "destination", "by")
    search_fields = ("=id", "reference__istartswith", "=by__email")
    ordering = ("-id",)

    def view_on_site(self, transfer: Transfer) -> str:
        return reverse("stock:transfer-detail", args=[transfer.pk])


@admin.register(TransferLine)
class TransferLineAdmin(ReadOnlyAdmin):
    list_display = ("id", "transfer", "product", "lot", "wanted", "sent", "received", "written_off")
    list_select_related = ("transfer__source", "transfer__destination", "product", "lot")
    search_fields = ("=transfer__id", "=product__sku")
    ordering = ("-id",)

    def view_on_site(self, line: TransferLine) -> str:
        return reverse("stock:transfer-detail", args=[line.transfer_id])


@admin.register(TransferEntry)
class TransferEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "line", "operation", "kind", "quantity")
    list_select_related = ("line", "operation")
    search_fields = ("=line__transfer__id",)
    ordering = ("-id",)

    def view_on_site(self, entry: TransferEntry) -> str:
        return reverse("stock:operation-detail", args=[entry.operation_id])


@admin.register(Count)
class CountAdmin(ReadOnlyAdmin):
    list_display = ("id", "warehouse", "scope", "state", "by", "created", "posted", "lines_counted", "lines_right")
    list_filter = ("state", "scope", "warehouse")
    list_select_related = ("warehouse", "by")
    search_fields = ("=id", "=by__email")
    ordering = ("-id",)

    def view_on_site(self, count: Count) -> str:
        return reverse("stock:count-detail", args=[count.pk])


class PartOfCountAdmin(ReadOnlyAdmin):
    """Rows of a count; they are found by its number."""

    search_fields: ClassVar[tuple[str, ...]] = ("=count__id",)
    ordering = ("-pk",)

    def view_on_site(self, part: CountBin | CountLine | CountSubmission) -> str:
        return reverse("stock:count-detail", args=[part.count_id])


@admin.register(CountBin)
class CountBinAdmin(PartOfCountAdmin):
    list_display = ("id", "count", "location", "finished", "finished_by")
    list_select_related = ("count", "location", "finished_by")


@admin.register(CountLine)
class CountLineAdmin(PartOfCountAdmin):
    list_display = ("id", "count", "product", "location", "lot", "expected", "counted", "countings", "by", "at")
    list_select_related = ("count", "product", "location", "lot", "by")
    search_fields = ("=count__id", "=product__sku")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CountLine]:
        """Leave out the counts that go on: they are blind, for an admin who counts too."""
        return super().get_queryset(request).exclude(count__state=Count.State.OPEN)


@admin.register(CountSubmission)
class CountSubmissionAdmin(PartOfCountAdmin):
    list_display = ("key", "count", "by", "at", "device")
    list_select_related = ("count", "by")
    ordering = ("-at",)


@admin.register(CountEntry)
class CountEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "line", "submission", "expected", "counted")
    list_select_related = ("line", "submission")
    search_fields = ("=line__count__id",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CountEntry]:
        """As for the lines."""
        return super().get_queryset(request).exclude(line__count__state=Count.State.OPEN)

    def view_on_site(self, entry: CountEntry) -> str:
        return reverse("stock:count-detail", args=[entry.submission.count_id])


@admin.register(SweepMark)
class SweepMarkAdmin(ReadOnlyAdmin):
    """By which day each warehouse is judged, and since when."""

    list_display = ("warehouse", "day", "moved")
    list_select_related = ("warehouse",)
