"""The audit log is append-only, whoever writes: the database refuses to change, delete or empty it, as the ledger."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE ON auditlog_logentry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_refuses_truncate BEFORE TRUNCATE ON auditlog_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
"""

APPEND_ONLY_BACK = """
DROP TRIGGER audit_refuses_truncate ON auditlog_logentry;
DROP TRIGGER audit_refuses_change ON auditlog_logentry;
DROP FUNCTION audit_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_audit_rows_are_found_by_address")]

    operations = [migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK)]
