"""auditlog hears of saves, not of set-based writes: who writes audited tables so is named here, and logs by itself."""

import ast
import re

import pytest
from auditlog.registry import auditlog

from tests.test_architecture import CODE, SQL, _root

AUDITED = {model.__name__: model._meta.db_table for model in auditlog.get_models()}
SET_BASED = {"update", "bulk_create", "bulk_update", "_raw_delete", "aupdate", "abulk_create", "abulk_update"}

# Set-based writes of audited models, and why each is no gap: the ledger writes levels, which are audited by its own
# rows; thresholds of many levels are logged in the same transaction by `trail.record_many`.
NAMED = {
    "stock/ledger": "levels are the ledger's; thresholds are logged by stock.services.thresholds",
    "accounts/services/people": "rights in many warehouses at once are logged there, by `trail.record_many`",
    "inventory_site/demo": "fills an empty database",
}
TABLES = "|".join(sorted(AUDITED.values()))
RAW = re.compile(rf"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|COPY)\s+\"?({TABLES})\b", re.IGNORECASE)


def set_based_writes(source):
    """Give the lines with a set-based write of an audited model: by its manager, a name of its rows, or raw SQL."""
    tree = ast.parse(source)
    held = set(AUDITED)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _root(node.value) in AUDITED:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            held |= {target.id for target in targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW.search(node.value):
            yield node.lineno
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in SET_BASED and _root(called.value) in held:
            yield node.lineno


def test_nobody_writes_audited_tables_past_the_audit_log():
    texts = {**CODE, **SQL}
    found = {
        f"{name}:{line}"
        for name, text in texts.items()
        if not name.startswith(tuple(NAMED))
        for line in (set_based_writes(text) if name.endswith(".py") else (1,) if RAW.search(text) else ())
    }
    assert found == set()


@pytest.mark.parametrize(
    "offence",
    [
        "Product.objects.filter(pk=1).update(name='x')",
        "User.objects.bulk_update(people, ['role'])",
        "held = WarehouseUserPermission.objects.filter(user=1)\nheld.update(permission=2)",
        "Barcode.objects.bulk_create(codes)",
        "cursor.execute('UPDATE catalog_product SET name = 1')",
    ],
)
def test_such_a_write_would_be_found(offence):
    assert list(set_based_writes(offence)) != []
