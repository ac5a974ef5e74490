from django.urls import path

from warehouses import views

app_name = "warehouses"
urlpatterns = [
    path("", views.warehouse_list, name="warehouse-list"),
    path("new", views.warehouse_create, name="warehouse-create"),
    path("switch", views.switch, name="switch"),
    path("<str:code>/", views.warehouse_detail, name="warehouse-detail"),
    path("<str:code>/edit", views.warehouse_edit, name="warehouse-edit"),
    path("<str:warehouse>/bins/new", views.location_create, name="location-create"),
    path("<str:warehouse>/bins/<str:code>/edit", views.location_edit, name="location-edit"),
]
