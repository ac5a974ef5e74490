from django.db import migrations

REASONS = [
    # code, name, direction, note required, counts as loss
    ("damaged", "Damaged", "out", False, True),
    ("lost", "Lost", "out", False, True),
    ("found", "Found", "in", False, False),
    ("expired", "Expired", "out", False, True),
    ("sample", "Sample", "out", False, False),
    ("correction", "Correction", "both", True, False),
]


def seed(apps, schema_editor):
    ReasonCode = apps.get_model("stock", "ReasonCode")
    for code, name, direction, note_required, counts_as_loss in REASONS:
        ReasonCode.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "direction": direction,
                "note_required": note_required,
                "counts_as_loss": counts_as_loss,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("stock", "0002_the_database_holds_the_law")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
