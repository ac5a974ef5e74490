import pytest


@pytest.fixture
def manager(client, db):
    from tests.factories import person

    made = person("manager")
    client.force_login(made)
    return made


@pytest.fixture
def typed(db):
    """Give what a browser sends for a product: every field, and a row for each barcode."""
    from tests.factories import UnitFactory

    def sent(*barcodes, **fields):
        data = {
            "seen": "",
            "sku": "BOLT-M8",
            "name": "Hex bolt M8",
            "description": "",
            "category": "",
            "unit": UnitFactory(code="pcs").pk,
            "low_threshold": "",
            "high_threshold": "",
            "unit_cost": "",
            "shelf_life_days": "",
            "lead_time_days": "",
            "lead_time_deviation_days": "",
            "order_pack": "",
            "barcodes-TOTAL_FORMS": len(barcodes),
            "barcodes-INITIAL_FORMS": 0,
            **fields,
        }
        for place, (code, pack) in enumerate(barcodes):
            data[f"barcodes-{place}-code"] = code
            data[f"barcodes-{place}-pack_quantity"] = pack
        return data

    return sent
