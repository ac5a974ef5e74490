"""Alerts get their history, and people their choices of what they are told and how."""

import datetime

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0002_acknowledged_has_its_moment"),
        ("catalog", "0004_products_have_a_photo"),
        ("warehouses", "0003_critical_alerts_go_to_the_next_in_line"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "Opened"),
                            ("changed", "Changed"),
                            ("reopened", "Opened again"),
                            ("told", "Told"),
                            ("acknowledged", "Acknowledged"),
                            ("snoozed", "Snoozed"),
                            ("woke", "Snooze over"),
                            ("assigned", "Assigned"),
                            ("commented", "Commented"),
                            ("escalated", "Escalated"),
                            ("resolved", "Resolved"),
                            ("cleared", "Cause gone"),
                        ],
                        max_length=12,
                        verbose_name="what",
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="when")),
                ("text", models.CharField(blank=True, max_length=1000, verbose_name="text")),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Preferences",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="quiet until")),
                ("digest_at", models.TimeField(default=datetime.time(7, 0), verbose_name="daily digest at")),
                ("sms_stopped", models.DateTimeField(blank=True, null=True, verbose_name="SMS stopped")),
            ],
            options={
                "verbose_name_plural": "preferences",
            },
        ),
        migrations.CreateModel(
            name="PushDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.TextField(editable=False)),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("name", models.CharField(max_length=200, verbose_name="device")),
                (
                    "created",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="since"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("low", "Low"),
                            ("out", "Out of stock"),
                            ("overstock", "Overstock"),
                            ("expiring", "Expiring"),
                            ("expired", "Expired"),
                            ("overdue", "Transfer overdue"),
                            ("variance", "Count variance"),
                            ("system", "System"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("app", "In the app"), ("email", "E-mail"), ("sms", "SMS"), ("push", "Push")],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("now", "At once"), ("digest", "Daily digest"), ("never", "Not")],
                        max_length=10,
                        verbose_name="when",
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="alert",
            name="alert_one_unresolved_per_cause",
        ),
        migrations.RemoveIndex(
            model_name="alert",
            name="alert_last_resolved",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_waiting",
        ),
        migrations.RenameField(
            model_name="alert",
            old_name="told_severity",
            new_name="told_rank",
        ),
        migrations.AddField(
            model_name="alert",
            name="escalated",
            field=models.DateTimeField(blank=True, null=True, verbose_name="escalated"),
        ),
        migrations.AddField(
            model_name="alert",
            name="resolved_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="snoozed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="digest",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gathered",
                to="alerts.delivery",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="fallback_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fallbacks",
                to="alerts.delivery",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="opened",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="opened"),
        ),
        migrations.AddField(
            model_name="alert",
            name="rank",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="alert",
            name="resolution",
            field=models.CharField(blank=True, max_length=200, verbose_name="why"),
        ),
        migrations.AddField(
            model_name="alert",
            name="snoozed_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="snoozed until"),
        ),
        migrations.AddField(
            model_name="alert",
            name="standing",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="provider_status",
            field=models.CharField(blank=True, max_length=40, verbose_name="as the provider says"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="purpose",
            field=models.CharField(
                choices=[("alert", "Alert"), ("digest", "Daily digest"), ("test", "Test")],
                default="alert",
                max_length=10,
                verbose_name="what",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="read",
            field=models.DateTimeField(blank=True, null=True, verbose_name="read"),
        ),
        migrations.AlterField(
            model_name="alert",
            name="type",
            field=models.CharField(
                choices=[
                    ("low", "Low"),
                    ("out", "Out of stock"),
                    ("overstock", "Overstock"),
                    ("expiring", "Expiring"),
                    ("expired", "Expired"),
                    ("overdue", "Transfer overdue"),
                    ("variance", "Count variance"),
                    ("ledger", "Ledger difference"),
                    ("backup", "Backup failed"),
                    ("drill", "Restore drill failed"),
                    ("queue", "Queue stuck"),
                ],
                max_length=10,
                verbose_name="type",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="channel",
            field=models.CharField(
                choices=[("app", "In the app"), ("email", "E-mail"), ("sms", "SMS"), ("push", "Push")],
                max_length=10,
                verbose_name="channel",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("digest", "Waiting for the digest"),
                    ("gathered", "In a digest"),
                    ("sent", "Sent"),
                    ("failed", "Failed"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="status",
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="key",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Concat(
                    models.F("cause"),
                    models.Value(":"),
                    django.db.models.functions.comparison.Coalesce(
                        django.db.models.functions.comparison.Cast("product_id", models.CharField()), models.Value("")
                    ),
                    models.Value(":"),
                    django.db.models.functions.comparison.Coalesce(
                        django.db.models.functions.comparison.Cast("warehouse_id", models.CharField()), models.Value("")
                    ),
                    models.Value(":"),
                    django.db.models.functions.comparison.Coalesce(
                        django.db.models.functions.comparison.Cast("lot_id", models.CharField()), models.Value("")
                    ),
                    models.Value(":"),
                    models.F("subject"),
                ),
                output_field=models.CharField(max_length=150),
            ),
        ),
        migrations.RunSQL(
            [
                "UPDATE alerts_alert SET rank = severity, standing = status <> 'resolved', opened = created",
                # Or the keys of these rows would be looked at when all is done, and no index be made before.
                "SET CONSTRAINTS ALL IMMEDIATE",
            ],
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["key", "-resolved"], name="alert_by_key"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["product", "-id"], name="alert_by_product"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("status", "snoozed")), fields=["snoozed_until"], name="alert_snoozed"
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("severity", 3), ("status", "open")), fields=["opened"], name="alert_to_escalate"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["channel", "next_attempt"], name="delivery_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("status", "digest")), fields=["next_attempt"], name="delivery_for_digest"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("channel", "app"), ("read", None)), fields=["person"], name="delivery_unread"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["person", "-id"], name="delivery_by_person"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True),
                fields=["provider_id"],
                name="delivery_by_provider_id",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("status", "failed")), fields=["-id"], name="delivery_failed"),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("standing", True)),
                fields=("cause", "product", "warehouse", "lot", "subject"),
                name="alert_one_live_per_cause",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing", True), ("status", "resolved"), _connector="OR"),
                name="alert_unresolved_has_a_cause_that_stands",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "snoozed"), _negated=True), ("snoozed_until__isnull", False), _connector="OR"
                ),
                name="alert_snoozed_has_its_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resolved_by__isnull", True), models.Q(("resolution", ""), _negated=True), _connector="OR"
                ),
                name="alert_resolved_by_hand_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "gathered"), _negated=True), ("digest__isnull", False), _connector="OR"
                ),
                name="delivery_gathered_has_its_digest",
            ),
        ),
        migrations.AddField(
            model_name="alertevent",
            name="alert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="alerts.alert"
            ),
        ),
        migrations.AddField(
            model_name="alertevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="preferences",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="preferences", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="pushdevice",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="push_devices", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="warehouse",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="warehouses.warehouse",
            ),
        ),
        migrations.AddIndex(
            model_name="alertevent",
            index=models.Index(fields=["alert", "id"], name="alert_event_by_alert"),
        ),
        migrations.AddConstraint(
            model_name="preferences",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                    models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                    _connector="OR",
                ),
                name="preferences_quiet_hours_have_both_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("person", "warehouse", "kind", "channel"),
                name="subscription_one_choice_per_warehouse_kind_and_channel",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel", "app"), ("mode", "digest"), _negated=True),
                name="subscription_app_has_no_digest",
            ),
        ),
    ]
