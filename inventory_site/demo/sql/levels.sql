INSERT INTO stock_inventory (product_id, warehouse_id, quantity, low_threshold, version, last_out, updated)
SELECT product.id, warehouse.id, level.quantity * 0.001, pair.own_low * 0.001, level.version, level.last_out, level.updated
FROM (
    SELECT p, w, sum(quantity) AS quantity, count(*) AS version, max(at) FILTER (WHERE type = 'out') AS last_out, max(at) AS updated
    FROM demo_line
    GROUP BY p, w
) level
JOIN demo_product product ON product.n = p
JOIN demo_warehouse warehouse ON warehouse.n = level.w
LEFT JOIN demo_pair pair ON pair.p = level.p AND pair.w = level.w
ORDER BY product.id, warehouse.id;

INSERT INTO stock_holding (inventory_id, location_id, lot_id, quantity)
SELECT inventory.id, location_id, lot_id, held.quantity * 0.001
FROM (
    SELECT p, w, location_id, lot_id, sum(quantity) AS quantity
    FROM demo_line
    GROUP BY p, w, location_id, lot_id
    HAVING sum(quantity) <> 0
) held
JOIN demo_product product ON product.n = p
JOIN demo_warehouse warehouse ON warehouse.n = held.w
JOIN stock_inventory inventory ON inventory.product_id = product.id AND inventory.warehouse_id = warehouse.id
ORDER BY inventory.id, location_id, lot_id;
