"""Alerts and the outbox in the admin site: to look at, not to change."""

from django.contrib import admin
from django.urls import reverse

from alerts.models import Alert, Delivery
from inventory_site.web.read_only import ReadOnlyAdmin


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "product", "warehouse", "severity", "status", "told_count", "created", "resolved")
    list_filter = ("status", "type", "warehouse")
    list_select_related = ("product", "warehouse")
    search_fields = ("product__sku", "product__name", "warehouse__code")

    def view_on_site(self, alert: Alert) -> str:
        return reverse("alerts:alert-detail", args=[alert.pk])


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "alert", "person", "channel", "status", "attempts", "next_attempt", "sent", "error")
    list_filter = ("status", "channel")
    list_select_related = ("alert", "person")
    search_fields = ("=dedupe_key", "person__email", "provider_id", "error")
