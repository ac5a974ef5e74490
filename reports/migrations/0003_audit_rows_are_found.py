"""Find rows of the audit log by warehouse, person, kind, act and name, newest first; made beside the running work.

Each index begins with what is asked for, then the warehouse (0 for none): the page reads some rows of each warehouse
that the person may see and merges them, so one family of indexes serves managers and admins alike.
"""

from django.db import migrations

PLACE = "coalesce((additional_data ->> 'warehouse')::bigint, 0)"
INDEXES = {
    "audit_newest": f"(({PLACE}), timestamp DESC, id DESC)",
    "audit_by_person": f"(actor_id, ({PLACE}), timestamp DESC, id DESC)",
    "audit_by_kind": f"(content_type_id, ({PLACE}), timestamp DESC, id DESC)",
    "audit_by_act": f"(action, ({PLACE}), timestamp DESC, id DESC)",
    "audit_by_name": f"((upper(left(object_repr, 200))) text_pattern_ops, ({PLACE}), timestamp DESC, id DESC)",
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reports", "0002_audit_rows_and_seals")]

    operations = [
        *(
            migrations.RunSQL(
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON auditlog_logentry {columns}",
                f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            )
            for name, columns in INDEXES.items()
        ),
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS audit_xact ON auditlog_logentry USING brin (xact)",
            "DROP INDEX CONCURRENTLY IF EXISTS audit_xact",
        ),
    ]
