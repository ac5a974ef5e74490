CREATE UNLOGGED TABLE demo_level AS
SELECT p, w, sum(quantity) AS quantity, count(*) AS version, max(at) FILTER (WHERE type = 'out') AS last_out, max(at) AS updated
FROM demo_line
GROUP BY p, w;

INSERT INTO stock_inventory (product_id, warehouse_id, quantity, low_threshold, version, last_out, updated)
SELECT product.id, warehouse.id, level.quantity * 0.001, pair.own_low * 0.001, level.version, level.last_out, level.updated
FROM demo_level level
JOIN demo_product product ON product.n = p
JOIN demo_warehouse warehouse ON warehouse.n = level.w
LEFT JOIN demo_pair pair ON pair.p = level.p AND pair.w = level.w
ORDER BY product.id, warehouse.id;

CREATE UNLOGGED TABLE demo_held AS
SELECT p, w, location_id, lot_id, sum(quantity) AS quantity
FROM demo_line
GROUP BY p, w, location_id, lot_id
HAVING sum(quantity) <> 0;

INSERT INTO stock_holding (inventory_id, location_id, lot_id, quantity)
SELECT inventory.id, location_id, lot_id, held.quantity * 0.001
FROM demo_held held
JOIN demo_product product ON product.n = p
JOIN demo_warehouse warehouse ON warehouse.n = held.w
JOIN stock_inventory inventory ON inventory.product_id = product.id AND inventory.warehouse_id = warehouse.id
ORDER BY inventory.id, location_id, lot_id;

-- What the triggers ask of each level when it is written, asked once of all: they are off while the tables are bare.
DO $$ BEGIN
    IF EXISTS (
        SELECT FROM stock_inventory inventory
        LEFT JOIN (SELECT inventory_id, sum(quantity) AS quantity FROM stock_holding GROUP BY inventory_id) held
               ON held.inventory_id = inventory.id
        WHERE inventory.quantity <> coalesce(held.quantity, 0)
    ) OR EXISTS (
        SELECT FROM stock_holding holding
        JOIN stock_inventory inventory ON inventory.id = holding.inventory_id
        JOIN warehouses_location location ON location.id = holding.location_id
        LEFT JOIN catalog_lot lot ON lot.id = holding.lot_id
        WHERE location.warehouse_id <> inventory.warehouse_id OR lot.product_id <> inventory.product_id
    ) THEN
        RAISE EXCEPTION 'the levels are not the sums of their holdings';
    END IF;
END $$;
