"""What was sent, arrived and was found is append-only too; and a level is checked by one question, not two."""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER transit_refuses_change BEFORE UPDATE OR DELETE ON stock_transferentry
    FOR EACH ROW EXECUTE FUNCTION stock_refuse_change();
CREATE TRIGGER transit_refuses_truncate BEFORE TRUNCATE ON stock_transferentry
    FOR EACH STATEMENT EXECUTE FUNCTION stock_refuse_change();
CREATE TRIGGER counting_refuses_change BEFORE UPDATE OR DELETE ON stock_countentry
    FOR EACH ROW EXECUTE FUNCTION stock_refuse_change();
CREATE TRIGGER counting_refuses_truncate BEFORE TRUNCATE ON stock_countentry
    FOR EACH STATEMENT EXECUTE FUNCTION stock_refuse_change();

-- As for the ledger: a deleted line of a draft asks for the entries that would refer to it, in the owner's name.
REVOKE UPDATE, DELETE ON stock_transferentry, stock_countentry FROM PUBLIC, CURRENT_USER;
GRANT UPDATE (quantity) ON stock_transferentry TO CURRENT_USER;
GRANT UPDATE (counted) ON stock_countentry TO CURRENT_USER;
"""

APPEND_ONLY_BACK = """
DROP TRIGGER counting_refuses_truncate ON stock_countentry;
DROP TRIGGER counting_refuses_change ON stock_countentry;
DROP TRIGGER transit_refuses_truncate ON stock_transferentry;
DROP TRIGGER transit_refuses_change ON stock_transferentry;
GRANT UPDATE, DELETE ON stock_transferentry, stock_countentry TO CURRENT_USER;
"""

ONE_QUESTION = """
CREATE OR REPLACE FUNCTION stock_refuse_bad_sum(inventory bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    level numeric;
    held numeric;
    at_home boolean;
BEGIN
    SELECT i.quantity, coalesce(sum(h.quantity), 0),
           coalesce(bool_and(l.warehouse_id = i.warehouse_id AND (h.lot_id IS NULL OR t.product_id = i.product_id)), true)
      INTO level, held, at_home
      FROM stock_inventory i
      LEFT JOIN stock_holding h ON h.inventory_id = i.id
      LEFT JOIN warehouses_location l ON l.id = h.location_id
      LEFT JOIN catalog_lot t ON t.id = h.lot_id
     WHERE i.id = inventory
     GROUP BY i.id;
    IF level <> held THEN
        RAISE EXCEPTION 'inventory % holds % in its bins but has a level of %', inventory, held, level
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holdings_sum_to_inventory';
    END IF;
    IF NOT at_home THEN
        RAISE EXCEPTION 'inventory % has a holding in a bin of another warehouse or of a lot of another product', inventory
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_is_of_its_inventory';
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("stock", "0005_transfers_and_counts")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(ONE_QUESTION, migrations.RunSQL.noop),
    ]
