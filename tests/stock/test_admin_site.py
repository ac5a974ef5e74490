"""Every table has its place in the admin site, where the ledger, transfers and counts are only looked at."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

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
from tests.factories import ProductFactory
from tests.stock.counting import Counter

pytestmark = pytest.mark.django_db

OURS = ("accounts", "warehouses", "catalog", "alerts", "stock", "reports")
# A key of several columns, which the admin site cannot show; auditlog's table by its other name; and rights, which
# stand at their person.
ELSEWHERE = {
    *("reports.DailyMovement", "reports.AuditRow"),
    *("accounts.WarehouseUserPermission", "accounts.WarehouseGroupPermission"),
}
LOOKED_AT = (
    *(Inventory, Holding, Operation, StockTransaction, Transfer, TransferLine, TransferEntry),
    *(Count, CountBin, CountLine, CountSubmission, CountEntry),
)


def live(desk, north, south, times):
    """So many times, send goods and receive a part of them, and count their bin."""
    place, counter = north.locations.get(is_default=True), Counter(desk.by)
    for _ in range(times):
        product = ProductFactory()
        desk.receive(north, product, 10)
        desk.arrive(desk.send(north, south, product, 4).transfer, 1)
        counter.whole(counter.open(north, products=[product]), (product, place, 5))


def address(model, what, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=arguments)


def test_every_table_of_ours_has_its_place():
    tables = {model for app in OURS for model in apps.get_app_config(app).get_models()}
    assert {model._meta.label for model in tables if model not in admin.site._registry} == ELSEWHERE


@pytest.mark.parametrize("model", LOOKED_AT, ids=lambda model: model._meta.model_name)
def test_it_is_looked_at_and_never_changed(client, admin_person, desk, north, south, model):
    live(desk, north, south, 1)
    row = model.objects.order_by("pk").last()
    here = address(model, "change", row.pk)
    page = client.get(here).content.decode()
    assert 'name="_save"' not in page
    assert f'href="{admin.site.get_model_admin(model).view_on_site(row)}"' in page
    assert client.post(here, {"quantity": "5"}).status_code == 403
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert client.get(admin.site.get_model_admin(model).view_on_site(row)).status_code == 200


@pytest.mark.parametrize("model", LOOKED_AT, ids=lambda model: model._meta.model_name)
def test_a_list_costs_the_same_however_many_rows(client, admin_person, desk, north, south, model):
    costs = set()
    client.get(address(model, "changelist"))
    for times in (1, 2, 9):
        live(desk, north, south, times)
        with CaptureQueriesContext(connection) as sent:
            assert client.get(address(model, "changelist")).status_code == 200
        costs.add(len(sent))
    assert len(costs) == 1
    assert costs.pop() <= 12


@pytest.mark.parametrize("model", [CountLine, CountEntry])
def test_a_count_that_goes_on_is_blind_here_too(client, admin_person, desk, north, south, model):
    live(desk, north, south, 1)
    assert client.get(address(model, "changelist")).context["cl"].result_count == 1
    Count.objects.update(state=Count.State.OPEN)
    assert client.get(address(model, "changelist")).context["cl"].result_count == 0
    assert client.get(address(model, "change", model.objects.get().pk)).status_code == 302
