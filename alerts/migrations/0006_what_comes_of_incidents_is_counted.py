"""Who is told how often, and what comes of incidents, is kept so that the noise of any time is counted fast."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

# What was told before: through the first of its channels.
TELLINGS = """
UPDATE alerts_delivery d SET telling = true
 WHERE d.purpose = 'alert' AND d.fallback_of_id IS NULL
   AND NOT EXISTS (SELECT FROM alerts_delivery e
                    WHERE e.dedupe_key = d.dedupe_key AND e.person_id = d.person_id AND e.channel < d.channel
                      AND e.fallback_of_id IS NULL)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0005_quiet_hours_have_a_length_and_tests_are_found"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="alert",
            name="worked",
            field=models.BooleanField(editable=False, null=True, verbose_name="worked on"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="telling",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.RunSQL(TELLINGS, migrations.RunSQL.noop),
        # Foreign keys that are checked later have events pending; an index is made only once they are done.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["id"], condition=Q(status="resolved", worked=None), name="alert_to_look_into"),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(fields=["created"], name="alert_by_beginning"),
        ),
        migrations.AddIndex(
            model_name="alertevent",
            index=models.Index(
                condition=Q(by__isnull=False, kind__in=["acknowledged", "assigned", "commented", "resolved"]),
                fields=["at"],
                include=("alert", "by", "kind"),
                name="alert_event_acted",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["created"], condition=Q(status="withdrawn"), name="delivery_withdrawn"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=Q(telling=True) & ~Q(status="withdrawn"),
                fields=["created"],
                include=("alert", "person"),
                name="delivery_tellings",
            ),
        ),
    ]
