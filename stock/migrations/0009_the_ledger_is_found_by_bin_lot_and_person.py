"""Find lines by bin, by lot and by who booked them, at any size of the ledger; made beside the running work."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# What was done more than a day before it was booked. The moment of booking says of all other lines on which days they
# may have happened, wherever the warehouse is.
LATE = """
CREATE INDEX CONCURRENTLY transaction_late ON stock_stocktransaction (id DESC)
    WHERE occurred_on < ((created AT TIME ZONE 'UTC') - interval '12 hours')::date
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stock", "0008_counts_keep_bins_and_submissions")]

    operations = [
        AddIndexConcurrently("stocktransaction", models.Index(fields=["location", "-id"], name="transaction_by_bin")),
        AddIndexConcurrently(
            "stocktransaction",
            models.Index(condition=models.Q(("lot__isnull", False)), fields=["lot", "-id"], name="transaction_by_lot"),
        ),
        AddIndexConcurrently(
            "stocktransaction",
            models.Index(condition=models.Q(("type", "adjust")), fields=["-id"], name="transaction_adjusted"),
        ),
        migrations.RunSQL(LATE, "DROP INDEX CONCURRENTLY transaction_late"),
        AddIndexConcurrently("operation", models.Index(fields=["by", "-created"], name="operation_by_person")),
        migrations.AlterField(
            "operation",
            "by",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="operations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
