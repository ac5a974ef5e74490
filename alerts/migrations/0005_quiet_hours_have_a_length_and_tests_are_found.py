"""Quiet hours that begin when they end are none or all day, nobody knows which; the last test of somebody is found."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("alerts", "0004_the_history_of_an_incident_is_kept")]

    operations = [
        migrations.AddConstraint(
            model_name="preferences",
            constraint=models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")), name="preferences_quiet_hours_have_a_length"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["person", "channel", "-id"], condition=Q(purpose="test"), name="delivery_test"),
        ),
    ]
