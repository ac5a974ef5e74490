"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from alerts.urls import at_the_root, twilio
from inventory_site import health
from inventory_site.events import events

handler400 = "inventory_site.web.errors.bad_request"
handler403 = "inventory_site.web.errors.permission_denied"
handler404 = "inventory_site.web.errors.not_found"
handler429 = "inventory_site.web.errors.too_many_requests"
handler500 = "inventory_site.web.errors.server_error"

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("events/", events, name="events"),
    path("", include("stock.urls")),
    path("catalog/", include("catalog.urls")),
    path("warehouses/", include("warehouses.urls")),
    path("alerts/", include("alerts.urls")),
    path("", include(at_the_root)),
    path("twilio/", include((twilio, "twilio"))),
    path("", include("reports.urls")),
    path("", include("accounts.urls")),
    path("admin/", admin.site.urls),
]
