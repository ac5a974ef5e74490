from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("fast-movers/", views.fast_movers, name="fast-movers"),
    path("fast-movers.csv", views.fast_movers_csv, name="fast-movers-csv"),
    path("suggested-counts/", views.suggested_counts, name="suggested-counts"),
]
