-- A number from 0 to 1 that depends on the seed, what it is for and whom it is for, whatever plan runs and in what order.
CREATE OR REPLACE FUNCTION pg_temp.dice(number bigint, purpose integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(number, %(seed)s::bigint * 64 + purpose) & 9007199254740991) / 9007199254740992.0::float8;

-- An operation is a number: its kind (in the order of ledger.sql), its warehouse, and what tells it apart there.
CREATE OR REPLACE FUNCTION pg_temp.operation(kind integer, w bigint, rest bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN kind * 100000000000000 + w * 1000000000000 + rest;
CREATE OR REPLACE FUNCTION pg_temp.slot(chance double precision, slots integer) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN floor(chance * slots)::integer;

CREATE UNLOGGED TABLE demo_warehouse (n integer PRIMARY KEY, id bigint, time_zone text);
CREATE UNLOGGED TABLE demo_person (w integer, n integer, id bigint, colleagues integer);
CREATE UNLOGGED TABLE demo_product (
    n integer PRIMARY KEY, id bigint DEFAULT nextval('catalog_product_id_seq'), sku text, name text, category_id bigint,
    unit_id bigint, step bigint, typical bigint, tracks_lots boolean, shelf_life integer, low bigint, high bigint,
    unit_cost numeric, lead_time numeric, lead_deviation numeric, order_pack numeric
);
