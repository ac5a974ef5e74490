from django.urls import path

from stock.views import location, operation, product, scan, today, transactions, verbs

app_name = "stock"

urlpatterns = [
    path("", today.today, name="today"),
    path("more/", today.more, name="more"),
    path("scan/", scan.scan, name="scan"),
    path("products/", product.product_list, name="product-list"),
    # A SKU may hold slashes, so it ends its address.
    path("products/<path:sku>/", product.product_detail, name="product-detail"),
    path("thresholds/<str:code>/<path:sku>/", product.product_thresholds, name="product-thresholds"),
    path("archive/<path:sku>/", product.product_archive, name="product-archive"),
    path("restore/<path:sku>/", product.product_restore, name="product-restore"),
    path("delete/<path:sku>/", product.product_delete, name="product-delete"),
    path("bins/<str:warehouse>/<str:code>/", location.location_detail, name="location-detail"),
    path("receive/", verbs.receive, name="receive"),
    path("ship/", verbs.ship, name="ship"),
    path("move/", verbs.move, name="move"),
    path("transfer/", verbs.transfer, name="transfer"),
    path("adjust/", verbs.adjust, name="adjust"),
    path("lines/<str:kind>/", verbs.add_line, name="add-line"),
    path("transactions/", transactions.transaction_list, name="transaction-list"),
    path("operations/<uuid:key>/", operation.operation_detail, name="operation-detail"),
    path("operations/<uuid:key>/undo/", operation.operation_reverse, name="operation-reverse"),
]
