-- The audit log of a company that has been at work for %(days)s days: %(rows)s rows, in order of time, as they come in
-- life. Nearly half of them change products, which belong to no warehouse; a fifth are thresholds, a quarter sign-ins.
CREATE TEMPORARY TABLE trail_product ON COMMIT DROP AS
    SELECT (row_number() OVER (ORDER BY id) - 1)::int AS n, id, sku, name FROM catalog_product;
ANALYZE trail_product;

CREATE TEMPORARY TABLE trail_kind ON COMMIT DROP AS
    SELECT least, most, kind.id AS kind, model, action, change, placed
    FROM (VALUES
        (0, 57, 'catalog', 'product', 1, '{"unit_cost": ["4.20", "4.45"]}', false),
        (58, 83, 'stock', 'inventory', 1, '{"low_threshold": ["5.000", "8.000"]}', true),
        (84, 89, 'warehouses', 'location', 1, '{"kind": ["storage", "receiving"]}', true),
        (90, 107, 'accounts', 'user', 10, NULL, false),
        (108, 119, 'accounts', 'user', 12, NULL, false),
        (120, 122, 'accounts', 'user', 11, NULL, false),
        (123, 123, 'accounts', 'user', 1, '{"name": ["M. Keller", "Maria Keller"]}', false),
        (124, 124, 'warehouses', 'warehouse', 1, '{"undo_limit_days": ["30", "14"]}', true),
        (125, 126, 'stock', 'stocktransaction', 20, '{"filter": ["None", "type=out"]}', true),
        (127, 127, 'catalog', 'product', 0, '{"unit_cost": ["None", "4.20"]}', false)
    ) AS made (least, most, app_label, model, action, change, placed)
    JOIN django_content_type kind USING (app_label, model);
ANALYZE trail_kind;

INSERT INTO auditlog_logentry
    (content_type_id, object_pk, object_id, object_repr, action, changes_text, changes, actor_id, actor_email,
     remote_addr, timestamp, additional_data)
SELECT kind.kind, thing.id::text, thing.id, thing.name, kind.action, '', kind.change::jsonb,
       CASE WHEN kind.action <> 11 THEN person.id END, CASE WHEN kind.action <> 11 THEN person.email END,
       ('10.' || draw.address / 100 || '.7.' || 1 + draw.address %% 100)::inet,
       %(until)s::timestamptz - (%(rows)s - draw.n) * (%(days)s * interval '1 day' / %(rows)s),
       jsonb_strip_nulls(jsonb_build_object(
           'warehouse', CASE WHEN kind.placed THEN place.id END,
           'device', 'Mozilla/5.0 (Linux; Android ' || 10 + draw.address %% 6 || ') Chrome/14' || draw.address %% 10
       ))
FROM (
    SELECT n, (hash & 127)::int AS what, ((hash >> 7 & 1048575) %% (SELECT count(*) FROM trail_product))::int AS product,
           ((hash >> 27 & 65535) %% (SELECT count(*) FROM accounts_user))::int AS person,
           ((hash >> 43 & 1023) %% (SELECT count(*) FROM warehouses_warehouse))::int AS place,
           (hash >> 53 & 511)::int AS address
    FROM (SELECT n, hashint8extended(n, %(seed)s) AS hash FROM generate_series(1, %(rows)s::bigint) AS n) AS hashed
) AS draw
JOIN trail_product product ON product.n = draw.product
JOIN trail_kind kind ON draw.what BETWEEN kind.least AND kind.most
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, email, name FROM accounts_user) person
    ON person.n = draw.person
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, code, name FROM warehouses_warehouse) place
    ON place.n = draw.place
CROSS JOIN LATERAL (
    SELECT CASE kind.model WHEN 'user' THEN person.id WHEN 'warehouse' THEN place.id ELSE product.id END AS id,
           CASE kind.model
               WHEN 'inventory' THEN product.sku || ' @ ' || place.code
               WHEN 'location' THEN place.code || ' / A-' || draw.product %% 40 || '-' || draw.product %% 9
               WHEN 'user' THEN person.name
               WHEN 'warehouse' THEN place.code || ' · ' || place.name
               WHEN 'stocktransaction' THEN 'transactions-' || place.code || '.csv'
               ELSE product.sku || ' · ' || product.name
           END AS name
) AS thing
ORDER BY draw.n;
