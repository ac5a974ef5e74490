"""Each role is a group of the same name with the permissions that the role has company-wide."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

STAFF = [
    "catalog.view_product",
    "catalog.view_category",
    "catalog.view_unit",
    "catalog.view_barcode",
    "catalog.view_lot",
    "warehouses.view_location",
    "stock.view_inventory",
    "stock.view_holding",
    "stock.view_operation",
    "stock.add_operation",
    "stock.view_stocktransaction",
    "stock.view_reasoncode",
    "alerts.view_alert",
    "alerts.change_alert",
]
MANAGER = [
    *STAFF,
    *(
        f"catalog.{verb}_{model}"
        for verb in ("add", "change", "delete")
        for model in ("product", "category", "barcode")
    ),
    "warehouses.add_location",
    "warehouses.change_location",
    "stock.change_inventory",
    "reports.view_dailymovement",
]


def make_groups(apps, schema_editor):
    for label in ("accounts", "warehouses", "catalog", "alerts", "stock", "reports"):
        app_config = apps.get_app_config(label)
        app_config.models_module = True
        create_permissions(app_config, apps=apps, verbosity=0)
        app_config.models_module = None
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for role, names in (("staff", STAFF), ("manager", MANAGER), ("admin", None)):
        group, _ = Group.objects.get_or_create(name=role)
        permissions = Permission.objects.all()
        if names is not None:
            codenames = {tuple(name.split(".")) for name in names}
            permissions = [
                p
                for p in permissions.select_related("content_type")
                if (p.content_type.app_label, p.codename) in codenames
            ]
        group.permissions.set(permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_initial"),
        ("alerts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("catalog", "0002_seed_units"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("reports", "0001_initial"),
        ("stock", "0003_seed_reason_codes"),
        ("warehouses", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
