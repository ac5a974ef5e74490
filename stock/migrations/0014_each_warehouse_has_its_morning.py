import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0013_entries_have_their_plural"),
        ("warehouses", "0003_critical_alerts_go_to_the_next_in_line"),
    ]

    operations = [
        migrations.CreateModel(
            name="SweepMark",
            fields=[
                (
                    "warehouse",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="warehouses.warehouse",
                    ),
                ),
                ("day", models.DateField(verbose_name="judged as of")),
                (
                    "moved",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="since"),
                ),
            ],
        ),
    ]
