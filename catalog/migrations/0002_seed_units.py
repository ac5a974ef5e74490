from django.db import migrations

UNITS = [("pcs", "piece", 0), ("kg", "kilogram", 3), ("m", "metre", 2), ("l", "litre", 3)]


def seed(apps, schema_editor):
    Unit = apps.get_model("catalog", "Unit")
    for code, name, decimals in UNITS:
        Unit.objects.get_or_create(code=code, defaults={"name": name, "decimals": decimals})


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
