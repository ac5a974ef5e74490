"""Django admin: warehouses and bins to look up and to mend; opening, defaults and closing have pages of their own."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from inventory_site.web.read_only import ReadOnlyAdmin
from warehouses.forms import WarehouseForm
from warehouses.models import Location, Warehouse


@admin.register(Warehouse)
class WarehouseAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = WarehouseForm
    list_display = ("code", "name", "time_zone", "status")
    list_filter = ("status",)
    search_fields = ("code", "name")
    readonly_fields = ("status",)
    autocomplete_fields = ("next_in_line",)
    fields = (*WarehouseForm.Meta.fields, "status")
    show_full_result_count = False

    def view_on_site(self, warehouse: Warehouse) -> str:
        return reverse("warehouses:warehouse-detail", args=[warehouse.code])

    def save_model(self, request: HttpRequest, obj: Warehouse, form: Any, change: bool) -> None:
        """Store what was changed: never the status, which may be changing in this moment."""
        obj.save(update_fields=form.changed_data)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Location)
class LocationAdmin(ReadOnlyAdmin):
    list_display = ("code", "warehouse", "kind", "status", "is_default")
    list_filter = ("warehouse", "kind", "status", "is_default")
    list_select_related = ("warehouse",)
    search_fields = ("code", "warehouse__code")
    ordering = ("warehouse__code", "code")

    def view_on_site(self, location: Location) -> str:
        return reverse("stock:location-detail", args=[location.warehouse.code, location.code])
