"""Each warehouse says how long a critical alert may wait."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("warehouses", "0002_bins_and_texts_obey_the_house"),
    ]

    operations = [
        migrations.AddField(
            model_name="warehouse",
            name="escalate_minutes",
            field=models.PositiveSmallIntegerField(
                default=60,
                help_text="Counted from when it was opened, where nobody has acknowledged it.",
                validators=[
                    django.core.validators.MinValueValidator(5),
                    django.core.validators.MaxValueValidator(1440),
                ],
                verbose_name="minutes until a critical alert goes to the next in line",
            ),
        ),
    ]
