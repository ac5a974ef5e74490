INSERT INTO catalog_product (id, sku, name, description, category_id, unit_id, status, tracks_lots, shelf_life_days,
                             low_threshold, high_threshold, unit_cost, lead_time_days, lead_time_deviation_days, order_pack,
                             created, updated)
SELECT id, sku, name, '', category_id, unit_id, 'active', tracks_lots, shelf_life, low * 0.001, high * 0.001, unit_cost,
       lead_time, lead_deviation, order_pack, now(), now()
FROM demo_product
ORDER BY n;
ANALYZE demo_product, demo_warehouse;
