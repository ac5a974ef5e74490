"""What stock work was done for incidents that are over."""

from django.db import connection

# So few at a time that a booking which opens one of them again hardly waits.
BATCH = 100

# Work is what was booked while the incident stood and its cause asks for: goods that came in (shortage), were sent
# elsewhere (overstock) or left (a lot); a move between bins mends no level. What was late or varied is over by work.
# The booking that ends an incident bears the database's clock, the incident the application's, which may be behind.
LOOK = """
    WITH taken AS MATERIALIZED (
        SELECT id FROM alerts_alert WHERE status = 'resolved' AND worked IS NULL
         ORDER BY id LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE alerts_alert i
       SET worked = i.cause IN ('overdue', 'variance') OR EXISTS (
               SELECT FROM stock_stocktransaction t
                WHERE t.product_id = i.product_id AND t.warehouse_id = i.warehouse_id
                  AND t.created >= i.created AND t.created <= i.resolved + interval '1 minute'
                  AND CASE i.cause WHEN 'shortage' THEN t.quantity > 0 AND t.type IN ('in', 'transfer')
                                   WHEN 'overstock' THEN t.quantity < 0 AND t.type = 'transfer'
                                   WHEN 'expiry' THEN t.quantity < 0 AND t.lot_id = i.lot_id END
                  AND (t.type <> 'transfer'
                       OR (SELECT o.kind <> 'move' FROM stock_operation o WHERE o.key = t.operation_id)))
      FROM taken WHERE i.id = taken.id
"""


def look_into_outcomes() -> int:
    """Note of every incident that is over whether stock work was done for it (`Alert.worked`); return of how many.

    Locks some alerts at a time for a moment and waits for none: what another transaction holds is left for the next
    time. One that is opened again has to be looked into anew. Any number may run at once.
    """
    looked = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(LOOK, {"batch": BATCH})
            if not cursor.rowcount:
                return looked
            looked += cursor.rowcount
