from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("reports/fast-movers/", views.fast_movers, name="fast-movers"),
    path("reports/fast-movers.csv", views.fast_movers_csv, name="fast-movers-csv"),
    path("reports/suggested-counts/", views.suggested_counts, name="suggested-counts"),
    path("reports/noise/", views.noise, name="noise"),
    path("reports/noise.csv", views.noise_csv, name="noise-csv"),
    path("audit/", views.audit_list, name="audit-list"),
    path("audit.csv", views.audit_csv, name="audit-csv"),
]
