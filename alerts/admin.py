"""Alerts, their history, what people chose and the outbox in the admin site: to look at, not to change."""

from django.contrib import admin
from django.urls import reverse

from alerts.models import Alert, AlertEvent, Delivery, Preferences, PushDevice, Subscription
from inventory_site.web.read_only import ReadOnlyAdmin


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "product", "warehouse", "severity", "status", "told_count", "created", "resolved")
    list_filter = ("status", "type", "warehouse")
    list_select_related = ("product", "warehouse")
    search_fields = ("product__sku", "product__name", "warehouse__code")

    def view_on_site(self, alert: Alert) -> str:
        return reverse("alerts:alert-detail", args=[alert.pk])


@admin.register(AlertEvent)
class AlertEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "alert", "kind", "at", "by", "text")
    list_filter = ("kind",)
    list_select_related = ("alert", "by")
    search_fields = ("=alert__id", "by__email", "text")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "alert", "person", "channel", "status", "attempts", "next_attempt", "sent", "error")
    list_filter = ("status", "channel", "purpose")
    list_select_related = ("alert", "person")
    search_fields = ("=dedupe_key", "person__email", "provider_id", "error")


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("id", "person", "warehouse", "kind", "channel", "mode")
    list_filter = ("kind", "channel", "mode", "warehouse")
    list_select_related = ("person", "warehouse")
    search_fields = ("person__email", "warehouse__code")


@admin.register(Preferences)
class PreferencesAdmin(ReadOnlyAdmin):
    list_display = ("id", "person", "quiet_from", "quiet_until", "digest_at", "sms_stopped")
    list_select_related = ("person",)
    search_fields = ("person__email",)


@admin.register(PushDevice)
class PushDeviceAdmin(ReadOnlyAdmin):
    list_display = ("id", "person", "name", "created")
    list_select_related = ("person",)
    search_fields = ("person__email", "name")
