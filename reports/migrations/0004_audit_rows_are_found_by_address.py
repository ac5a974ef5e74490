"""Find rows of the audit log by the address they came from, in each warehouse the newest first."""

from django.db import migrations

PLACE = "coalesce((additional_data ->> 'warehouse')::bigint, 0)"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reports", "0003_audit_rows_are_found")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_by_address ON auditlog_logentry "
            f"(remote_addr, ({PLACE}), timestamp DESC, id DESC) WHERE remote_addr IS NOT NULL",
            "DROP INDEX CONCURRENTLY IF EXISTS audit_by_address",
        )
    ]
