"""Find operations by person, kind, address and reference, in each warehouse the newest first; beside the running work.

The reference's index serves what the one before did. The one of the key to the warehouse repeated the beginning of
`operation_by_warehouse`.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stock", "0010_an_operation_holds_what_it_touches")]

    operations = [
        AddIndexConcurrently(
            "operation", models.Index(fields=["by", "warehouse", "-created", "-key"], name="operation_of_person")
        ),
        AddIndexConcurrently(
            "operation", models.Index(fields=["kind", "warehouse", "-created", "-key"], name="operation_of_kind")
        ),
        AddIndexConcurrently(
            "operation",
            models.Index(
                fields=["address", "warehouse", "-created", "-key"],
                name="operation_from_address",
                condition=models.Q(("address__isnull", False)),
            ),
        ),
        AddIndexConcurrently(
            "operation",
            models.Index(
                django.contrib.postgres.indexes.OpClass(Upper("reference"), name="text_pattern_ops"),
                models.F("warehouse"),
                models.OrderBy(models.F("created"), descending=True),
                models.OrderBy(models.F("key"), descending=True),
                name="operation_of_reference",
                condition=models.Q(("reference", ""), _negated=True),
            ),
        ),
        RemoveIndexConcurrently("operation", "operation_by_reference"),
        migrations.AlterField(
            "operation",
            "warehouse",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="operations",
                to="warehouses.warehouse",
            ),
        ),
    ]
