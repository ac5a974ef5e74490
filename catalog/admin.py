"""Django admin: the catalogue to look up; a product is edited on its page, which guards unit, codes and other edits."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from catalog.forms import CategoryForm, UnitForm
from catalog.models import Barcode, Category, Lot, Product, Unit
from inventory_site.web.read_only import LookedAt, ReadOnlyAdmin


class BarcodeInline(LookedAt, admin.TabularInline):  # type: ignore[type-arg]
    model = Barcode


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ("sku", "name", "category", "unit", "status", "updated")
    list_filter = ("status", "tracks_lots")
    list_select_related = ("category", "unit")
    search_fields = ("sku", "name")
    search_help_text = "sku, name"
    inlines = (BarcodeInline,)
    exclude = ("sku_key", "search")

    def view_on_site(self, product: Product) -> str:
        return reverse("stock:product-detail", args=[product.sku])

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return queryset.search(search_term), False


@admin.register(Barcode)
class BarcodeAdmin(ReadOnlyAdmin):
    list_display = ("code", "product", "pack_quantity")
    list_select_related = ("product",)
    search_fields = ("code__startswith", "product__sku__startswith")


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    list_display = ("number", "product", "expires_on")
    list_select_related = ("product",)
    search_fields = ("number__startswith", "product__sku__startswith")


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = CategoryForm
    search_fields = ("name",)
    show_full_result_count = False


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = UnitForm
    list_display = ("code", "name", "decimals")
    search_fields = ("code", "name")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
