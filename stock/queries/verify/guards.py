"""The law that the database itself refuses what breaks the others."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from stock.models import (
    Count,
    CountBin,
    CountEntry,
    CountLine,
    CountSubmission,
    Holding,
    Inventory,
    Operation,
    StockTransaction,
    Transfer,
    TransferEntry,
    TransferLine,
)
from stock.queries.verify.law import Law

# Table, trigger, its function and its `tgtype`: 1 a row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate.
TRIGGERS = (
    ("stock_stocktransaction", "ledger_refuses_change", "stock_refuse_change", 1 + 2 + 8 + 16),
    ("stock_stocktransaction", "ledger_refuses_truncate", "stock_refuse_change", 2 + 32),
    ("stock_operation", "ledger_refuses_change", "stock_refuse_change", 1 + 2 + 8 + 16),
    ("stock_operation", "ledger_refuses_truncate", "stock_refuse_change", 2 + 32),
    ("stock_transferentry", "transit_refuses_change", "stock_refuse_change", 1 + 2 + 8 + 16),
    ("stock_transferentry", "transit_refuses_truncate", "stock_refuse_change", 2 + 32),
    ("stock_countentry", "counting_refuses_change", "stock_refuse_change", 1 + 2 + 8 + 16),
    ("stock_countentry", "counting_refuses_truncate", "stock_refuse_change", 2 + 32),
    ("stock_countsubmission", "submissions_refuse_change", "stock_refuse_change", 1 + 2 + 8 + 16),
    ("stock_countsubmission", "submissions_refuse_truncate", "stock_refuse_change", 2 + 32),
    ("stock_holding", "holdings_sum_to_inventory", "stock_check_holding", 1 + 4 + 8 + 16),
    ("stock_inventory", "inventory_is_the_sum_of_its_holdings", "stock_check_inventory", 1 + 4 + 16),
)
GUARDED: tuple[type[models.Model], ...] = (
    Inventory,
    Holding,
    Operation,
    StockTransaction,
    Transfer,
    TransferLine,
    TransferEntry,
    Count,
    CountBin,
    CountLine,
    CountSubmission,
    CountEntry,
)

GUARDS = Law(
    _("The database itself refuses what breaks the laws: its triggers and constraints are there and in force"),
    _("%(relation)s: %(guard)s is missing or not in force"),
    """
    WITH wanted_trigger AS (
        SELECT * FROM unnest(%(trigger_tables)s::text[], %(triggers)s::text[], %(functions)s::text[], %(bits)s::int[])
            AS t (relation, guard, function, bits)
    ), wanted_constraint AS (
        SELECT * FROM unnest(%(constraint_tables)s::text[], %(constraints)s::text[]) AS c (relation, guard)
    ), wanted_key AS (
        SELECT * FROM unnest(%(key_tables)s::text[], %(keys)s::text[], %(targets)s::text[])
            AS k (relation, guard, target)
    ), wanted_unique AS (
        SELECT * FROM unnest(%(unique_tables)s::text[], %(uniques)s::text[]) AS u (relation, guard)
    )
    SELECT NULL::bigint AS product_id, NULL::bigint AS warehouse_id, relation, guard
    FROM (
        SELECT relation, guard FROM wanted_trigger w
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger t WHERE t.tgrelid = w.relation::regclass AND t.tgname = w.guard AND t.tgtype = w.bits
                AND t.tgfoid = to_regproc(w.function) AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
        )
        UNION
        SELECT t.tgrelid::regclass::text, t.tgname FROM pg_trigger t
        WHERE t.tgrelid = ANY (%(constraint_tables)s::regclass[]) AND t.tgenabled NOT IN ('O', 'A')
        UNION
        SELECT relation, guard FROM wanted_constraint w
        WHERE NOT EXISTS (
            SELECT FROM pg_constraint c
            WHERE c.conrelid = w.relation::regclass AND c.conname = w.guard AND c.convalidated
        )
        UNION
        SELECT relation, guard FROM wanted_key w
        WHERE NOT EXISTS (
            SELECT FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attname = w.guard AND c.conkey = ARRAY[a.attnum]
            WHERE c.conrelid = w.relation::regclass AND c.contype = 'f' AND c.confrelid = w.target::regclass
                AND c.convalidated
        )
        UNION
        SELECT relation, guard FROM wanted_unique w
        WHERE NOT EXISTS (
            SELECT FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attname = w.guard AND c.conkey = ARRAY[a.attnum]
            WHERE c.conrelid = w.relation::regclass AND c.contype IN ('p', 'u')
        )
    ) broken
    """,
)


def wanted() -> dict[str, list[Any]]:
    """Name every trigger, constraint and key that the ledger's tables must have, in columns."""
    constraints = [(model._meta.db_table, rule.name) for model in GUARDED for rule in model._meta.constraints]
    fields = [(model._meta.db_table, field) for model in GUARDED for field in model._meta.concrete_fields]
    keys = [
        (table, field.column, field.related_model._meta.db_table)
        for table, field in fields
        if isinstance(field, models.ForeignKey)
    ]
    uniques = [(table, field.column) for table, field in fields if field.unique]
    return {
        **_columns(("trigger_tables", "triggers", "functions", "bits"), TRIGGERS),
        **_columns(("constraint_tables", "constraints"), constraints),
        **_columns(("key_tables", "keys", "targets"), keys),
        **_columns(("unique_tables", "uniques"), uniques),
    }


def _columns(names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
