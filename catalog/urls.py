from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("products/new", views.product_create, name="product-create"),
    path("products/<path:sku>/edit", views.product_edit, name="product-edit"),
    path("products/<path:sku>/photo", views.product_photo, name="product-photo"),
    path("products/<path:sku>/photo/remove", views.product_photo_remove, name="product-photo-remove"),
    path("photos/<str:size>/<str:name>/<path:sku>", views.photo, name="photo"),
    path("categories/", views.category_list, name="category-list"),
    path("categories/new", views.category_create, name="category-create"),
    path("categories/<int:pk>/edit", views.category_edit, name="category-edit"),
    path("categories/<int:pk>/delete", views.category_delete, name="category-delete"),
    path("units/", views.unit_list, name="unit-list"),
    path("units/new", views.unit_create, name="unit-create"),
    path("units/<int:pk>/edit", views.unit_edit, name="unit-edit"),
]
