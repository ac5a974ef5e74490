"""The laws of the ledger, its levels and its holdings."""

from django.utils.translation import gettext_lazy as _

from stock.queries.verify.law import Law

BIN = "(SELECT code FROM warehouses_location WHERE id = location_id) AS bin"
LOT = "coalesce((SELECT number FROM catalog_lot WHERE id = lot_id), '–') AS lot"
# What is stored now is compared in the same sort, as if it were the ledger's last row.
LAST = 2**63 - 1

LAWS = (
    Law(
        _("The ledger adds up to what lies in each bin, lot by lot, and no bin was ever below zero"),
        _("bin %(bin)s, lot %(lot)s: the ledger adds up to %(booked)s, at its lowest %(lowest)s; %(held)s is held"),
        f"""
        SELECT product_id, warehouse_id, {BIN}, {LOT},
               sum(quantity) AS booked, min(running) AS lowest, sum(held) AS held
        FROM (
            SELECT *, sum(quantity) OVER (
                PARTITION BY product_id, warehouse_id, location_id, lot_id ORDER BY id ROWS UNBOUNDED PRECEDING
            ) AS running
            FROM (
                SELECT product_id, warehouse_id, location_id, lot_id, id, quantity, 0::numeric AS held
                FROM stock_stocktransaction
                UNION ALL
                SELECT i.product_id, i.warehouse_id, h.location_id, h.lot_id, {LAST}, 0, h.quantity
                FROM stock_holding h JOIN stock_inventory i ON i.id = h.inventory_id
            ) entry
        ) entry
        GROUP BY product_id, warehouse_id, location_id, lot_id
        HAVING sum(quantity) <> sum(held) OR min(running) < 0
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("What lies in the bins adds up to the level"),
        _("%(held)s is held, the level is %(quantity)s"),
        """
        SELECT i.product_id, i.warehouse_id, i.quantity, coalesce(h.held, 0) AS held
        FROM stock_inventory i
        LEFT JOIN (SELECT inventory_id, sum(quantity) AS held FROM stock_holding GROUP BY 1) h ON h.inventory_id = i.id
        WHERE i.quantity <> coalesce(h.held, 0)
        """,
    ),
    Law(
        _("Every level is the one before it plus what was booked, up to the level now"),
        _("%(what)s %(id)s: %(before)s and %(quantity)s do not make %(balance_after)s"),
        f"""
        SELECT product_id, warehouse_id,
               CASE id WHEN {LAST} THEN 'level' ELSE 'row' END AS what,
               CASE id WHEN {LAST} THEN (
                   SELECT id FROM stock_inventory i
                   WHERE i.product_id = entry.product_id AND i.warehouse_id = entry.warehouse_id
               ) ELSE id END AS id,
               before, quantity, balance_after
        FROM (
            SELECT *, lag(balance_after, 1, 0::numeric) OVER (
                PARTITION BY product_id, warehouse_id ORDER BY id
            ) AS before
            FROM (
                SELECT product_id, warehouse_id, id, quantity, balance_after FROM stock_stocktransaction
                UNION ALL
                SELECT product_id, warehouse_id, {LAST}, 0, quantity FROM stock_inventory
            ) entry
        ) entry
        WHERE balance_after <> before + quantity
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("Nothing is below zero, and every quantity is a number"),
        _("%(what)s %(id)s: %(quantity)s"),
        """
        SELECT product_id, warehouse_id, 'level' AS what, id, quantity FROM stock_inventory
        WHERE quantity < 0 OR quantity = 'NaN'
        UNION ALL
        SELECT i.product_id, i.warehouse_id, 'holding', h.id, h.quantity
        FROM stock_holding h JOIN stock_inventory i ON i.id = h.inventory_id
        WHERE h.quantity < 0 OR h.quantity = 'NaN'
        UNION ALL
        SELECT product_id, warehouse_id, 'balance', id, balance_after FROM stock_stocktransaction
        WHERE balance_after < 0 OR balance_after = 'NaN'
        UNION ALL
        SELECT product_id, warehouse_id, 'row', id, quantity FROM stock_stocktransaction
        WHERE quantity = 0 OR quantity = 'NaN'
        """,
    ),
    Law(
        _("Bins are of the row's warehouse, lots of its product"),
        _("%(what)s %(id)s: bin %(bin)s, lot %(lot)s"),
        f"""
        SELECT product_id, warehouse_id, what, id, {BIN}, {LOT}
        FROM (
            SELECT product_id, warehouse_id, location_id, lot_id, id, 'row' AS what FROM stock_stocktransaction
            UNION ALL
            SELECT i.product_id, i.warehouse_id, h.location_id, h.lot_id, h.id, 'holding'
            FROM stock_holding h JOIN stock_inventory i ON i.id = h.inventory_id
        ) entry
        WHERE NOT EXISTS (
            SELECT FROM warehouses_location l WHERE l.id = location_id AND l.warehouse_id = entry.warehouse_id
        ) OR lot_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM catalog_lot t WHERE t.id = lot_id AND t.product_id = entry.product_id
        )
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("Every operation has rows, of its own kind and in its own warehouse"),
        _("operation %(operation)s (%(kind)s): ledger row %(id)s of type %(type)s, quantity %(quantity)s"),
        """
        SELECT t.product_id, coalesce(t.warehouse_id, o.warehouse_id) AS warehouse_id, o.key AS operation, o.kind,
               coalesce(t.id::text, '–') AS id, coalesce(t.type, '–') AS type,
               coalesce(trim_scale(t.quantity)::text, '–') AS quantity
        FROM stock_operation o
        FULL JOIN stock_stocktransaction t ON t.operation_id = o.key
        WHERE t.id IS NULL AND NOT EXISTS (
               SELECT FROM stock_transferentry e WHERE e.operation_id = o.key AND e.kind = 'written_off'
           ) OR o.key IS NULL
           OR o.kind NOT IN ('transfer', 'reverse') AND t.warehouse_id <> o.warehouse_id
           OR NOT CASE o.kind
               WHEN 'receive' THEN t.type = 'in' AND t.quantity > 0
               WHEN 'ship' THEN t.type = 'out' AND t.quantity < 0
               WHEN 'move' THEN t.type = 'transfer'
               WHEN 'transfer' THEN t.type = 'transfer'
               WHEN 'send' THEN t.type = 'transfer' AND t.quantity < 0
               WHEN 'arrive' THEN t.type = 'transfer' AND t.quantity > 0
               WHEN 'adjust' THEN t.type = 'adjust'
               WHEN 'count' THEN t.type = 'adjust'
               ELSE o.kind = 'reverse' OR o.kind = 'write_off' AND t.id IS NULL
           END
        """,
    ),
    Law(
        _("A move between bins changes no level"),
        _("operation %(operation)s, lot %(lot)s: the rows add up to %(quantity)s"),
        f"""
        SELECT product_id, t.warehouse_id, operation_id AS operation, {LOT}, sum(quantity) AS quantity
        FROM stock_stocktransaction t
        JOIN stock_operation o ON o.key = t.operation_id
        WHERE o.kind = 'move' AND t.type = 'transfer'
        GROUP BY product_id, t.warehouse_id, operation_id, lot_id
        HAVING sum(quantity) <> 0
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("A reversal is the mirror of what it reverses"),
        _("operation %(operation)s and its reversal, bin %(bin)s, lot %(lot)s: together %(quantity)s, not 0"),
        f"""
        SELECT product_id, warehouse_id, operation, {BIN}, {LOT}, sum(quantity) AS quantity
        FROM (
            SELECT o.reverses_id AS operation, side.key
            FROM stock_operation o, LATERAL (VALUES (o.key), (o.reverses_id)) side (key)
            WHERE o.reverses_id IS NOT NULL
        ) pair
        JOIN stock_stocktransaction t ON t.operation_id = pair.key
        GROUP BY product_id, warehouse_id, operation, location_id, lot_id, type
        HAVING sum(quantity) <> 0
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("An operation is reversed at most once, and a reversal never"),
        _("operation %(operation)s: %(times)s reversals"),
        """
        SELECT NULL::bigint AS product_id, o.warehouse_id, o.key AS operation, count(*) AS times
        FROM stock_operation o
        JOIN stock_operation reversal ON reversal.reverses_id = o.key
        GROUP BY o.key
        HAVING count(*) > 1 OR o.reverses_id IS NOT NULL
        """,
    ),
)
