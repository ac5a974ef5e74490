"""Give rows of the transit ledger the number of their transaction, as ledger rows have it: seals take them by it."""

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stock", "0011_operations_are_found_for_the_time_line")]

    operations = [
        # Rows that stand there already get 0 without being written: the first seal takes them all.
        migrations.RunSQL(
            "ALTER TABLE stock_transferentry ADD COLUMN IF NOT EXISTS xact bigint NOT NULL DEFAULT 0",
            "ALTER TABLE stock_transferentry DROP COLUMN IF EXISTS xact",
        ),
        migrations.RunSQL(
            "ALTER TABLE stock_transferentry ALTER COLUMN xact SET DEFAULT (pg_current_xact_id()::text::bigint)",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS transit_xact ON stock_transferentry USING brin (xact)",
            "DROP INDEX CONCURRENTLY IF EXISTS transit_xact",
        ),
    ]
