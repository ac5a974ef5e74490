from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("stock", "0006_transit_and_counting_are_history")]

    operations = [
        migrations.AddField("transfer", "digest", models.CharField(blank=True, db_default="", max_length=64)),
        migrations.AddField(
            "transfer",
            "lot_reason",
            models.CharField(blank=True, db_default="", max_length=200, verbose_name="why another lot"),
        ),
        migrations.AddIndex(
            "transferline",
            models.Index(
                fields=["product"],
                name="transfer_line_in_transit",
                condition=Q(sent__gt=F("received") + F("written_off")),
            ),
        ),
    ]
