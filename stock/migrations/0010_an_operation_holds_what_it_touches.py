"""One call locks and reads what an operation touches, in the one order of locks; see `stock.ledger.locks`."""

from django.db import migrations

HOLD = """
CREATE FUNCTION stock_hold(products bigint[], locations bigint[], warehouses bigint[],
                           level_products bigint[], level_warehouses bigint[], adding_to bigint[])
RETURNS jsonb LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    goods jsonb;
    bins jsonb;
    levels jsonb;
    parts jsonb;
    held bigint[];
BEGIN
    SELECT jsonb_agg(jsonb_build_array(id, sku, name, status, tracks_lots, low_threshold, high_threshold, code, decimals))
      INTO goods
      FROM (SELECT p.id, p.sku, p.name, p.status, p.tracks_lots, p.low_threshold, p.high_threshold, u.code, u.decimals
              FROM catalog_product p JOIN catalog_unit u ON u.id = p.unit_id
             WHERE p.id = ANY(products)
             ORDER BY p.id
               FOR KEY SHARE OF p) AS locked;

    -- The default bins come along: goods go there when nobody names a bin.
    SELECT jsonb_agg(jsonb_build_array(id, warehouse_id, code, kind, status, is_default, warehouse_status))
      INTO bins
      FROM (SELECT l.id, l.warehouse_id, l.code, l.kind, l.status, l.is_default, w.status AS warehouse_status
              FROM warehouses_location l JOIN warehouses_warehouse w ON w.id = l.warehouse_id
             WHERE l.id = ANY(locations) OR (l.warehouse_id = ANY(warehouses) AND l.is_default)
             ORDER BY l.id
               FOR KEY SHARE OF l, w) AS locked;

    IF cardinality(adding_to) > 0 THEN
        INSERT INTO stock_inventory (product_id, warehouse_id)
        SELECT wanted.product_id, wanted.warehouse_id
          FROM unnest(level_products, level_warehouses) AS wanted (product_id, warehouse_id)
          JOIN catalog_product p ON p.id = wanted.product_id
         WHERE wanted.warehouse_id = ANY(adding_to)
           AND NOT EXISTS (SELECT FROM stock_inventory i
                            WHERE i.product_id = wanted.product_id AND i.warehouse_id = wanted.warehouse_id)
         ORDER BY wanted.product_id, wanted.warehouse_id
        ON CONFLICT DO NOTHING;
    END IF;

    SELECT jsonb_agg(jsonb_build_array(id, product_id, warehouse_id, quantity, low_threshold, high_threshold, version)),
           array_agg(id)
      INTO levels, held
      FROM (SELECT i.id, i.product_id, i.warehouse_id, i.quantity, i.low_threshold, i.high_threshold, i.version
              FROM stock_inventory i
             WHERE (i.product_id, i.warehouse_id) IN (SELECT * FROM unnest(level_products, level_warehouses))
             ORDER BY i.product_id, i.warehouse_id
               FOR NO KEY UPDATE OF i) AS locked;

    -- A question of its own: it must see what was committed while the locks were waited for. The order is FEFO.
    SELECT jsonb_agg(jsonb_build_array(h.inventory_id, h.id, h.location_id, l.code, l.kind, h.lot_id,
                                       coalesce(t.number, ''), t.expires_on, h.quantity)
                     ORDER BY t.expires_on NULLS LAST, t.number, l.code, h.id)
      INTO parts
      FROM stock_holding h
      JOIN warehouses_location l ON l.id = h.location_id
      LEFT JOIN catalog_lot t ON t.id = h.lot_id
     WHERE h.inventory_id = ANY(held);

    RETURN jsonb_build_array(coalesce(goods, '[]'), coalesce(bins, '[]'), coalesce(levels, '[]'), coalesce(parts, '[]'));
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("stock", "0009_the_ledger_is_found_by_bin_lot_and_person"),
        ("catalog", "0003_lots_are_found_by_number"),
    ]

    operations = [migrations.RunSQL(HOLD, "DROP FUNCTION stock_hold")]
