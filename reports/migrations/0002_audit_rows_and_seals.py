"""Give rows of the audit log the number of their transaction, as ledger rows have it, and seals over both a home."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Rows that stand there already get 0 without being written: the first seal takes them all.
XACT = """
ALTER TABLE auditlog_logentry ADD COLUMN xact bigint NOT NULL DEFAULT 0;
ALTER TABLE auditlog_logentry ALTER COLUMN xact SET DEFAULT (pg_current_xact_id()::text::bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("auditlog", "0017_add_actor_email"),
        ("reports", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(XACT, "ALTER TABLE auditlog_logentry DROP COLUMN xact"),
        migrations.CreateModel(
            name="AuditRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_pk", models.CharField(db_index=True, max_length=255, verbose_name="object pk")),
                ("object_id", models.BigIntegerField(blank=True, db_index=True, null=True, verbose_name="object id")),
                ("object_repr", models.TextField(verbose_name="object representation")),
                ("serialized_data", models.JSONField(null=True)),
                (
                    "action",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "create"), (1, "update"), (2, "delete"), (3, "access")],
                        db_index=True,
                        verbose_name="action",
                    ),
                ),
                ("changes_text", models.TextField(blank=True, verbose_name="change message")),
                ("changes", models.JSONField(null=True, verbose_name="change message")),
                (
                    "cid",
                    models.CharField(
                        blank=True, db_index=True, max_length=255, null=True, verbose_name="Correlation ID"
                    ),
                ),
                ("remote_addr", models.GenericIPAddressField(blank=True, null=True, verbose_name="remote address")),
                ("remote_port", models.PositiveIntegerField(blank=True, null=True, verbose_name="remote port")),
                (
                    "timestamp",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name="timestamp"),
                ),
                ("additional_data", models.JSONField(blank=True, null=True, verbose_name="additional data")),
                ("actor_email", models.CharField(blank=True, max_length=254, null=True, verbose_name="actor email")),
                ("xact", models.BigIntegerField(editable=False)),
            ],
            options={
                "db_table": "auditlog_logentry",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name="number")),
                ("day", models.DateField(verbose_name="day")),
                ("made", models.DateTimeField(verbose_name="made")),
                ("since", models.BigIntegerField()),
                ("until", models.BigIntegerField()),
                ("ledger_after", models.BigIntegerField(default=0)),
                ("audit_after", models.BigIntegerField(default=0)),
                ("key", models.CharField(max_length=16, verbose_name="key")),
                ("previous", models.CharField(max_length=64, verbose_name="root before")),
                ("root", models.CharField(max_length=64, verbose_name="root")),
            ],
        ),
        migrations.CreateModel(
            name="SealCheck",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="verified")),
                ("seals", models.PositiveBigIntegerField(verbose_name="seals")),
                ("problems", models.PositiveBigIntegerField(verbose_name="problems")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="seal_check_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="SealPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "table",
                    models.CharField(
                        choices=[("ledger", "ledger"), ("audit", "audit log")], max_length=6, verbose_name="table"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("rows", models.PositiveBigIntegerField(verbose_name="rows")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                (
                    "seal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="reports.seal"
                    ),
                ),
            ],
            options={
                "ordering": ["table", "day"],
                "constraints": [models.UniqueConstraint(fields=("seal", "table", "day"), name="seal_part_once_a_day")],
            },
        ),
    ]
