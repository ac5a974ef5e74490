"""Rows for tests: people, warehouses, the catalogue. Stock never comes from here, only from `stock.services`."""

from contextlib import contextmanager, nullcontext
from decimal import Decimal

import factory
from allauth.mfa.totp.internal.auth import TOTP
from auditlog.context import disable_auditlog
from factory.django import DjangoModelFactory

from accounts.models import User
from accounts.services import set_right, set_role
from catalog.models import Barcode, Category, Lot, Product, Unit
from warehouses.models import Location, Warehouse

PASSWORD = "correct horse battery"
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class RowFactory(DjangoModelFactory):
    """Make rows that the audit log tells of only within `audited`: writing them down costs as much as making them."""

    _audited = False

    class Meta:
        abstract = True

    @classmethod
    def _generate(cls, strategy, params):
        with nullcontext() if RowFactory._audited else disable_auditlog():
            return super()._generate(strategy, params)


@contextmanager
def audited():
    """Have the audit log tell of the rows that factories make meanwhile."""
    RowFactory._audited = True
    try:
        yield
    finally:
        RowFactory._audited = False


class UserFactory(RowFactory):
    """An active member of staff without any right; the role goes through `set_role`, so groups and flags follow."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)
    role = User.Role.STAFF

    @factory.post_generation
    def group(self, create, extracted, **kwargs):
        if create:
            set_role(person=self, role=self.role)

    @factory.post_generation
    def second_factor(self, create, extracted, **kwargs):
        """Give an admin the authenticator app without which nothing is open to them; `second_factor=False` does not."""
        if create and (extracted or (extracted is None and self.role == User.Role.ADMIN)):
            TOTP.activate(self, APP_SECRET)


def person(role="staff", rights=None, **fields):
    """Make an active person of this role with a right in each warehouse named: `{warehouse: "operate"}`."""
    made = UserFactory(role=role, **fields)
    for warehouse, right in (rights or {}).items():
        set_right(person=made, warehouse=warehouse, right=right)
    return made


class WarehouseFactory(RowFactory):
    """An open warehouse with its default bin, `DEFAULT`; `default_location=None` leaves the bin out."""

    class Meta:
        model = Warehouse
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"W{n}")
    name = factory.Sequence(lambda n: f"Warehouse {n}")
    expiry_tiers = factory.LazyFunction(lambda: [30, 14, 7])
    default_location = factory.RelatedFactory(
        "tests.factories.LocationFactory",
        factory_related_name="warehouse",
        code="DEFAULT",
        is_default=True,
    )


class LocationFactory(RowFactory):
    class Meta:
        model = Location

    warehouse = factory.SubFactory(WarehouseFactory)
    code = factory.Sequence(lambda n: f"A-{n:02}")


class CategoryFactory(RowFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")


class UnitFactory(RowFactory):
    """A unit by its code; those that the migrations seed (pcs, kg, m, l) are found, not made again."""

    class Meta:
        model = Unit
        django_get_or_create = ("code",)

    code = "pcs"
    name = factory.SelfAttribute("code")


class ProductFactory(RowFactory):
    """An active product counted in pieces."""

    class Meta:
        model = Product

    sku = factory.Sequence(lambda n: f"SKU-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")
    unit = factory.SubFactory(UnitFactory)


class BarcodeFactory(RowFactory):
    class Meta:
        model = Barcode

    product = factory.SubFactory(ProductFactory)
    code = factory.Sequence(lambda n: f"CODE-{n}")
    pack_quantity = Decimal(1)


class LotFactory(RowFactory):
    class Meta:
        model = Lot

    product = factory.SubFactory(ProductFactory, tracks_lots=True)
    number = factory.Sequence(lambda n: f"L{n}")
