"""The admin site says entries, not entrys."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0012_transit_rows_know_their_transaction"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="countentry",
            options={"ordering": ["id"], "verbose_name_plural": "count entries"},
        ),
        migrations.AlterModelOptions(
            name="transferentry",
            options={"ordering": ["id"], "verbose_name_plural": "transfer entries"},
        ),
    ]
