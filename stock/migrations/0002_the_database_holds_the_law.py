"""History is append-only, and holdings sum to their level at every commit, whoever writes."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION stock_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: book a reversal instead', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_refuses_change BEFORE UPDATE OR DELETE ON stock_stocktransaction
    FOR EACH ROW EXECUTE FUNCTION stock_refuse_change();
CREATE TRIGGER ledger_refuses_truncate BEFORE TRUNCATE ON stock_stocktransaction
    FOR EACH STATEMENT EXECUTE FUNCTION stock_refuse_change();
CREATE TRIGGER ledger_refuses_change BEFORE UPDATE OR DELETE ON stock_operation
    FOR EACH ROW EXECUTE FUNCTION stock_refuse_change();
CREATE TRIGGER ledger_refuses_truncate BEFORE TRUNCATE ON stock_operation
    FOR EACH STATEMENT EXECUTE FUNCTION stock_refuse_change();

-- Nobody needs the right to change a ledger row. Deleting a product makes PostgreSQL lock the rows that would refer to
-- it, in the owner's name, for which the right to update one column is enough; the trigger refuses that update too.
REVOKE UPDATE, DELETE ON stock_stocktransaction FROM PUBLIC, CURRENT_USER;
GRANT UPDATE (xact) ON stock_stocktransaction TO CURRENT_USER;
"""

APPEND_ONLY_BACK = """
DROP TRIGGER ledger_refuses_truncate ON stock_operation;
DROP TRIGGER ledger_refuses_change ON stock_operation;
DROP TRIGGER ledger_refuses_truncate ON stock_stocktransaction;
DROP TRIGGER ledger_refuses_change ON stock_stocktransaction;
DROP FUNCTION stock_refuse_change();
GRANT UPDATE, DELETE ON stock_stocktransaction TO CURRENT_USER;
"""

HOLDINGS_SUM = """
CREATE FUNCTION stock_refuse_bad_sum(inventory bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    level numeric;
    held numeric;
    at_home boolean;
BEGIN
    SELECT i.quantity INTO level FROM stock_inventory i WHERE i.id = inventory;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT coalesce(sum(h.quantity), 0),
           coalesce(bool_and(l.warehouse_id = i.warehouse_id AND (h.lot_id IS NULL OR t.product_id = i.product_id)), true)
      INTO held, at_home
      FROM stock_holding h
      JOIN stock_inventory i ON i.id = h.inventory_id
      JOIN warehouses_location l ON l.id = h.location_id
      LEFT JOIN catalog_lot t ON t.id = h.lot_id
     WHERE h.inventory_id = inventory;
    IF level <> held THEN
        RAISE EXCEPTION 'inventory % holds % in its bins but has a level of %', inventory, held, level
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holdings_sum_to_inventory';
    END IF;
    IF NOT at_home THEN
        RAISE EXCEPTION 'inventory % has a holding in a bin of another warehouse or of a lot of another product', inventory
            USING ERRCODE = 'check_violation', CONSTRAINT = 'holding_is_of_its_inventory';
    END IF;
END $$;

CREATE FUNCTION stock_check_holding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM stock_refuse_bad_sum(coalesce(NEW.inventory_id, OLD.inventory_id));
    IF TG_OP = 'UPDATE' AND NEW.inventory_id <> OLD.inventory_id THEN
        PERFORM stock_refuse_bad_sum(OLD.inventory_id);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION stock_check_inventory() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM stock_refuse_bad_sum(NEW.id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER holdings_sum_to_inventory
    AFTER INSERT OR UPDATE OR DELETE ON stock_holding DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION stock_check_holding();
CREATE CONSTRAINT TRIGGER inventory_is_the_sum_of_its_holdings
    AFTER INSERT OR UPDATE OF quantity ON stock_inventory DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION stock_check_inventory();
"""

HOLDINGS_SUM_BACK = """
DROP TRIGGER inventory_is_the_sum_of_its_holdings ON stock_inventory;
DROP TRIGGER holdings_sum_to_inventory ON stock_holding;
DROP FUNCTION stock_check_inventory();
DROP FUNCTION stock_check_holding();
DROP FUNCTION stock_refuse_bad_sum(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_BACK),
        migrations.RunSQL(HOLDINGS_SUM, HOLDINGS_SUM_BACK),
    ]
