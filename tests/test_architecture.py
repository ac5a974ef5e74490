"""What import-linter cannot see: keys, who writes the ledger, names of tasks, and how long things may grow."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from inventory_site.celery import app as celery

CHECKOUT = Path(__file__).resolve().parents[1]
LAYERS = next(
    contract["layers"]
    for contract in tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    if contract["name"].startswith("Apps import downwards")
)
ROOMS = ["inventory_site", *(layer for layer in LAYERS if "." not in layer)]
FILES = [path for room in ROOMS for path in sorted((CHECKOUT / room).rglob("*.*")) if "__pycache__" not in path.parts]
WRITTEN = [path for path in FILES if "migrations" not in path.parts]
CODE = {str(path.relative_to(CHECKOUT)): path.read_text() for path in WRITTEN if path.suffix == ".py"}
SQL = {str(path.relative_to(CHECKOUT)): path.read_text() for path in WRITTEN if path.suffix == ".sql"}


def test_keys_point_downwards():
    """A key to the user is allowed from everywhere; any other points at its own app or one below."""
    upwards = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if model._meta.app_label in LAYERS and field.related_model._meta.app_label in LAYERS
        if field.related_model._meta.label != settings.AUTH_USER_MODEL
        if LAYERS.index(field.related_model._meta.app_label) < LAYERS.index(model._meta.app_label)
    ]
    assert upwards == []


LEDGER = {"Inventory", "Holding", "StockTransaction", "Operation"}
THEIR_MANAGERS = {"inventories", "holdings", "operations", "rows"}
WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "save"}
WRITES |= {f"a{name}" for name in WRITES} | {"_raw_delete", "save_base"}
RAW = re.compile(
    r"\b(INSERT\s+INTO|UPDATE(\s+ONLY)?|DELETE\s+FROM(\s+ONLY)?|MERGE\s+INTO|TRUNCATE(\s+TABLE)?|COPY)\s+"
    r"(public\.)?\"?stock_(inventory|holding|stocktransaction|operation)\b",
    re.IGNORECASE,
)


def writes_of_the_ledger(source: str) -> Iterator[int]:
    """Give the lines that write a table of the ledger: through its model, a row of it, a manager of it, or raw SQL."""
    tree = ast.parse(source)
    held = set(LEDGER)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.For | ast.comprehension):
            value = node.iter if isinstance(node, ast.For | ast.comprehension) else node.value
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if value is not None and _root(value) in LEDGER:
                held |= {target.id for target in targets if isinstance(target, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW.search(node.value):
            yield node.lineno
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in LEDGER:
            yield node.lineno
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in WRITES
            and (_root(node.func.value) in held or THEIR_MANAGERS & set(_attributes(node.func.value)))
        ):
            yield node.lineno


def _root(node: ast.AST) -> str:
    """Return the name that a chain of attributes, calls and slices begins with."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _attributes(node: ast.AST) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(node, ast.Attribute):
            yield node.attr
        node = node.func if isinstance(node, ast.Call) else node.value


def test_only_the_ledger_writes_levels_and_transactions():
    """Besides it only the loader of demo data does, into an empty ledger."""
    others = {
        name: text for name, text in CODE.items() if not name.startswith(("stock/ledger/", "inventory_site/demo/"))
    }
    written = [f"{name}:{line}" for name, text in others.items() for line in writes_of_the_ledger(text)]
    written += [name for name, text in SQL.items() if RAW.search(text) and not name.startswith("inventory_site/demo/")]
    assert written == []


@pytest.mark.parametrize(
    "offence",
    [
        "Inventory.objects.create(product=product)",
        "Inventory.objects.filter(pk=1).update(quantity=5)",
        "StockTransaction(quantity=1).save()",
        "Holding.objects.all()[0].delete()",
        "level = Inventory.objects.get(pk=1)\nlevel.quantity = 5\nlevel.save()",
        "for each in Holding.objects.all():\n    each.delete()",
        "product.inventories.all().delete()",
        "operation.rows.create(quantity=1)",
        "cursor.execute('UPDATE stock_inventory SET quantity = 5')",
        "cursor.execute('delete from \"stock_holding\"')",
    ],
)
def test_a_writer_elsewhere_would_be_found(offence):
    assert list(writes_of_the_ledger(offence)) != []


@pytest.mark.parametrize(
    "innocent",
    [
        "Inventory.objects.filter(pk=1).first()",
        "rows.update({1: 2})",
        "product.save()",
        "cursor.execute('SELECT 1 FROM stock_inventory')",
    ],
)
def test_a_reader_is_none(innocent):
    assert list(writes_of_the_ledger(innocent)) == []


def nudged(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _root(node.func) == "nudge":
            [name, *_] = node.args
            yield name.value if isinstance(name, ast.Constant) else ast.unparse(name)


def test_every_nudged_and_every_scheduled_task_is_a_registered_one():
    celery.loader.import_default_modules()
    asked = {name for path, text in CODE.items() if path != "inventory_site/web/nudge.py" for name in nudged(text)}
    assert asked != set()
    asked |= {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert asked - set(celery.tasks) == set()


def functions(source: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_stay_within_400_lines_and_functions_within_50():
    files = [*WRITTEN, *(CHECKOUT / "tests").rglob("*.py"), *(CHECKOUT / "templates").rglob("*.html")]
    files += [path for kind in ("css", "js") for path in (CHECKOUT / "static" / kind).iterdir()]
    text = {".py", ".html", ".css", ".js", ".sql"}
    long = [str(path) for path in files if path.suffix in text and len(path.read_text().splitlines()) > 400]
    long += [f"{name} {node.name}" for name, source in CODE.items() for node in functions(source) if length(node) > 50]
    assert long == []


def test_views_stay_within_25_lines():
    marks = {"anyone", "signed_in", "role"}
    views = {
        f"{name} {node.name}": length(node)
        for name, source in CODE.items()
        for node in functions(source)
        if marks & {_root(mark) for mark in node.decorator_list}
    }
    assert len(views) > 30
    assert {name for name, lines in views.items() if lines > 25} == set()


def test_nothing_is_named_for_being_leftover():
    names = {part for path in FILES for part in (*path.relative_to(CHECKOUT).parts[:-1], path.stem)}
    assert names & {"utils", "util", "helpers", "helper", "common", "core", "misc"} == set()
