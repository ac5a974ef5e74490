"""Find the lots that bear a number, whatever product they are of; made beside the running work."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("catalog", "0002_seed_units")]

    operations = [AddIndexConcurrently("lot", models.Index(Upper("number"), name="lot_by_number"))]
