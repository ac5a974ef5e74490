"""Seal the transit ledger beside the ledger: a write-off books nothing else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_the_audit_log_is_history"),
        ("stock", "0012_transit_rows_know_their_transaction"),
    ]

    operations = [
        migrations.AddField("seal", "transit_after", models.BigIntegerField(default=0, db_default=0)),
        migrations.AlterField(
            "sealpart",
            "table",
            models.CharField(
                choices=[("ledger", "ledger"), ("transit", "transit ledger"), ("audit", "audit log")],
                max_length=7,
                verbose_name="table",
            ),
        ),
    ]
