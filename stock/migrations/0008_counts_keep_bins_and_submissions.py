"""A count keeps which bins it looks into and what was sent at once; a posted one can be undone."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER submissions_refuse_change BEFORE UPDATE OR DELETE ON stock_countsubmission
    FOR EACH ROW EXECUTE FUNCTION stock_refuse_change();
CREATE TRIGGER submissions_refuse_truncate BEFORE TRUNCATE ON stock_countsubmission
    FOR EACH STATEMENT EXECUTE FUNCTION stock_refuse_change();

-- As for the ledger: the rows that refer to a submission ask for it in the owner's name.
REVOKE UPDATE, DELETE ON stock_countsubmission FROM PUBLIC, CURRENT_USER;
GRANT UPDATE (device) ON stock_countsubmission TO CURRENT_USER;
"""

APPEND_ONLY_BACK = """
DROP TRIGGER submissions_refuse_truncate ON stock_countsubmission;
DROP TRIGGER submissions_refuse_change ON stock_countsubmission;
GRANT UPDATE, DELETE ON stock_countsubmission TO CURRENT_USER;
"""

PERSON = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": settings.AUTH_USER_MODEL}


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0007_transfers_keep_what_was_asked_of_a_draft"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="count", name="digest", field=models.CharField(db_default="", default="", max_length=64)
        ),
        migrations.AddField(
            model_name="count", name="post_key", field=models.UUIDField(blank=True, editable=False, null=True)
        ),
        migrations.AlterField(
            model_name="count",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Counting"),
                    ("review", "To review"),
                    ("posted", "Posted"),
                    ("cancelled", "Cancelled"),
                    ("undone", "Undone"),
                ],
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.RemoveConstraint(model_name="count", name="count_posted_knows_when_and_by_whom"),
        migrations.AddConstraint(
            model_name="count",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("posted__isnull", False), ("posted_by__isnull", False), ("state__in", ["posted", "undone"])
                    ),
                    models.Q(models.Q(("state__in", ["posted", "undone"]), _negated=True), ("posted__isnull", True)),
                    _connector="OR",
                ),
                name="count_posted_knows_when_and_by_whom",
            ),
        ),
        migrations.CreateModel(
            name="CountBin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finished", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                (
                    "count",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bins",
                        to="stock.count",
                    ),
                ),
                ("finished_by", models.ForeignKey(blank=True, null=True, **PERSON)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="warehouses.location"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("count", "location"), name="count_bin_once_a_count"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished__isnull", True), ("finished_by__isnull", True)),
                            models.Q(("finished__isnull", False), ("finished_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="count_bin_finished_knows_by_whom",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CountSubmission",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="counted at")),
                (
                    "created",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="submitted"
                    ),
                ),
                ("device", models.CharField(blank=True, max_length=200, verbose_name="device")),
                ("digest", models.CharField(max_length=64)),
                ("by", models.ForeignKey(**PERSON)),
                (
                    "count",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="submissions", to="stock.count"
                    ),
                ),
            ],
            options={"ordering": ["created"]},
        ),
        migrations.RemoveConstraint(model_name="countentry", name="count_entry_once_a_submission_and_line"),
        migrations.RemoveField(model_name="countentry", name="key"),
        migrations.RemoveField(model_name="countentry", name="by"),
        migrations.RemoveField(model_name="countentry", name="at"),
        migrations.RemoveField(model_name="countentry", name="created"),
        migrations.RemoveField(model_name="countentry", name="device"),
        # No entry exists yet, so the new column needs no value for old ones.
        migrations.AddField(
            model_name="countentry",
            name="submission",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="stock.countsubmission",
            ),
        ),
        migrations.AddConstraint(
            model_name="countentry",
            constraint=models.UniqueConstraint(
                fields=("submission", "line"), name="count_entry_once_a_submission_and_line"
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
    ]
