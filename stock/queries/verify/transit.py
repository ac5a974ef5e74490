"""The laws of goods on their way: nothing is made or lost between two warehouses, and every figure has its entries."""

from django.utils.translation import gettext_lazy as _

from stock.queries.verify.law import Law

LOT = "coalesce((SELECT number FROM catalog_lot WHERE id = nullif(lot, 0)), '–') AS lot"

TRANSIT_LAWS = (
    Law(
        _("What left by transfer and did not arrive is on the way, or was written off"),
        _("lot %(lot)s: over all warehouses %(missing)s left and did not arrive, transfers explain %(explained)s"),
        f"""
        SELECT product_id, NULL::bigint AS warehouse_id, {LOT}, missing, explained
        FROM (
            SELECT product_id, lot, coalesce(missing, 0) AS missing, coalesce(explained, 0) AS explained
            FROM (
                SELECT product_id, coalesce(lot_id, 0) AS lot, -sum(quantity) AS missing
                FROM stock_stocktransaction
                WHERE type = 'transfer'
                GROUP BY 1, 2
                HAVING sum(quantity) <> 0
            ) ledger
            FULL JOIN (
                SELECT product_id, coalesce(lot_id, 0) AS lot, sum(sent - received) AS explained
                FROM stock_transferline
                GROUP BY 1, 2
            ) transit USING (product_id, lot)
        ) compared
        WHERE missing <> explained
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("The figures of a transfer's line are what its entries add up to"),
        _("transfer T%(transfer)s, lot %(lot)s, %(what)s: the line says %(said)s, its entries %(entered)s"),
        f"""
        SELECT product_id, destination_id AS warehouse_id, transfer, {LOT}, what, said, entered
        FROM (
            SELECT line.product_id, transfer.destination_id, transfer.id AS transfer,
                   coalesce(line.lot_id, 0) AS lot, figure.*
            FROM stock_transferline line
            JOIN stock_transfer transfer ON transfer.id = line.transfer_id
            LEFT JOIN (
                SELECT line_id, sum(quantity) FILTER (WHERE kind = 'sent') AS sent,
                       sum(quantity) FILTER (WHERE kind = 'received') AS received,
                       sum(quantity) FILTER (WHERE kind = 'written_off') AS written_off
                FROM stock_transferentry GROUP BY line_id
            ) entry ON entry.line_id = line.id,
            LATERAL (VALUES
                ('sent', line.sent, coalesce(entry.sent, 0)),
                ('received', line.received, coalesce(entry.received, 0)),
                ('written_off', line.written_off, coalesce(entry.written_off, 0))
            ) figure (what, said, entered)
        ) compared
        WHERE said <> entered
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("A transfer is on the way while anything of it is, closed once nothing is, and a draft before"),
        _("transfer T%(transfer)s is %(state)s: %(sent)s sent, %(gone)s received or written off, in %(lines)s lines"),
        """
        SELECT NULL::bigint AS product_id, transfer.destination_id AS warehouse_id, transfer.id AS transfer, state,
               coalesce(sum(line.sent), 0) AS sent, coalesce(sum(line.received + line.written_off), 0) AS gone,
               count(line.id) AS lines
        FROM stock_transfer transfer
        LEFT JOIN stock_transferline line ON line.transfer_id = transfer.id
        GROUP BY transfer.id
        HAVING NOT CASE state
            WHEN 'draft' THEN count(line.id) > 0 AND sum(line.sent) = 0
            WHEN 'sent' THEN coalesce(bool_or(line.sent > line.received + line.written_off), false)
            WHEN 'closed' THEN coalesce(bool_and(line.sent = line.received + line.written_off), false)
                               AND sum(line.sent) > 0
            ELSE coalesce(sum(line.sent), 0) = 0
        END
        """,
    ),
    Law(
        _("What an operation says of a transfer's lines is what its ledger rows book, product by product, lot by lot"),
        _("operation %(operation)s, lot %(lot)s: the ledger rows make %(booked)s, the entries %(entered)s"),
        f"""
        SELECT product_id, warehouse_id, operation, {LOT}, booked, entered
        FROM (
            SELECT product_id, o.warehouse_id, o.key AS operation, lot, coalesce(booked, 0) AS booked,
                   coalesce(entered, 0) AS entered
            FROM (
                SELECT t.operation_id, t.product_id, coalesce(t.lot_id, 0) AS lot, sum(t.quantity) AS booked
                FROM stock_operation o JOIN stock_stocktransaction t ON t.operation_id = o.key
                WHERE o.transfer_id IS NOT NULL
                GROUP BY 1, 2, 3
            ) row
            FULL JOIN (
                SELECT e.operation_id, line.product_id, coalesce(line.lot_id, 0) AS lot,
                       sum(CASE e.kind WHEN 'sent' THEN -e.quantity WHEN 'received' THEN e.quantity ELSE 0 END)
                           AS entered
                FROM stock_transferentry e JOIN stock_transferline line ON line.id = e.line_id
                GROUP BY 1, 2, 3
            ) entry USING (operation_id, product_id, lot)
            JOIN stock_operation o ON o.key = operation_id
        ) compared
        WHERE booked <> entered
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("An entry is of an operation of its own transfer and kind, and below zero only where it undoes"),
        _("operation %(operation)s (%(kind)s): entry %(id)s, %(what)s %(quantity)s"),
        """
        SELECT line.product_id, o.warehouse_id, o.key AS operation, o.kind, e.id, e.kind AS what, e.quantity
        FROM stock_transferentry e
        JOIN stock_transferline line ON line.id = e.line_id
        JOIN stock_operation o ON o.key = e.operation_id
        WHERE o.transfer_id IS DISTINCT FROM line.transfer_id
           OR NOT CASE o.kind
               WHEN 'send' THEN e.kind = 'sent' AND e.quantity > 0
               WHEN 'arrive' THEN e.kind = 'received' AND e.quantity > 0
               WHEN 'write_off' THEN e.kind = 'written_off' AND e.quantity > 0
               ELSE o.kind = 'reverse' AND e.quantity < 0
           END
        """,
    ),
    Law(
        _("Undoing takes every entry of a transfer back, no more and no less"),
        _("operation %(operation)s and its reversal, %(what)s: together %(quantity)s, not 0"),
        """
        SELECT line.product_id, o.warehouse_id, o.reverses_id AS operation, e.kind AS what, sum(e.quantity) AS quantity
        FROM stock_operation o
        JOIN stock_transferentry e ON e.operation_id IN (o.key, o.reverses_id)
        JOIN stock_transferline line ON line.id = e.line_id
        WHERE o.reverses_id IS NOT NULL AND o.transfer_id IS NOT NULL
        GROUP BY line.product_id, o.warehouse_id, o.reverses_id, e.line_id, e.kind
        HAVING sum(e.quantity) <> 0
        """,
    ),
)
