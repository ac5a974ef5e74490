"""What has happened to an incident is append-only; incidents from before it was kept begin with their opening."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION alerts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of an alert is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER alerts_event_refuses_change BEFORE UPDATE OR DELETE ON alerts_alertevent
    FOR EACH ROW EXECUTE FUNCTION alerts_refuse_change();
CREATE TRIGGER alerts_event_refuses_truncate BEFORE TRUNCATE ON alerts_alertevent
    FOR EACH STATEMENT EXECUTE FUNCTION alerts_refuse_change();

INSERT INTO alerts_alertevent (alert_id, kind, at, text, facts)
SELECT id, 'opened', created, '', jsonb_build_object('type', type) FROM alerts_alert ORDER BY id;
"""

APPEND_ONLY_BACK = """
DROP TRIGGER alerts_event_refuses_truncate ON alerts_alertevent;
DROP TRIGGER alerts_event_refuses_change ON alerts_alertevent;
DROP FUNCTION alerts_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("alerts", "0003_incidents_have_a_history_and_people_choose")]

    operations = [migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK)]
