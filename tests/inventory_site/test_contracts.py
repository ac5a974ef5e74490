"""The import contracts of pyproject.toml cover what is there."""

import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LINTER = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["name"]: contract for contract in LINTER["contracts"]}
APPS = {path.parent.name for path in CHECKOUT.glob("*/apps.py")} - {"inventory_site"}


def test_every_child_of_the_roof_but_the_ground_is_protected():
    folder = CHECKOUT / "inventory_site"
    children = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    expected = {f"inventory_site.{child}" for child in children - {"__init__", "web"}}
    protected = CONTRACTS["Nobody imports the roof"]["protected_modules"]
    assert sorted(protected) == sorted(expected)
    assert set(CONTRACTS["The ground does not know the roof"]["forbidden_modules"]) <= expected


def test_every_app_stands_in_every_contract():
    assert {"reports", "stock", "alerts", "catalog", "accounts", "warehouses"} == APPS
    assert set(LINTER["root_packages"]) == {*APPS, "inventory_site"}
    downwards = CONTRACTS["Apps import downwards; the web ground lies under all of them"]
    assert set(downwards["layers"]) == {*APPS, "inventory_site.web"}
    inside = CONTRACTS["Inside an app imports follow the request"]
    assert set(inside["containers"]) == APPS
    assert inside["exhaustive"] is True
    assert set(CONTRACTS["Only tasks import Celery"]["source_modules"]) == APPS
