"""What changes the catalogue."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from catalog.errors import EditedMeanwhile, FieldRefused, InUse
from catalog.models import Barcode, Category, Product
from catalog.queries import has_history
from inventory_site.web import pictures


@transaction.atomic(durable=True)
def save_product(*, product: Product, barcodes: Mapping[str, Decimal], seen: datetime | None = None) -> None:
    """Store a new or changed product; `barcodes`, code to pack quantity, are all that it has from now on.

    `seen` is `updated` as the person saw it. Raises EditedMeanwhile where it is another by now, or where the same sku
    or barcode was stored in this very moment; FieldRefused where the unit would change under stock or history.
    """
    if product.pk:
        _lock_as_seen(product, seen)
    try:
        with transaction.atomic():
            product.save()
            _set_barcodes(product, barcodes)
    except IntegrityError as error:
        raise EditedMeanwhile from error


def _lock_as_seen(product: Product, seen: datetime | None) -> None:
    # FOR UPDATE, because a booking holds the product FOR KEY SHARE: no first booking slips in while the unit changes.
    stored = Product.objects.select_for_update(of=("self",)).select_related("unit").get(pk=product.pk)
    if stored.updated != seen:
        raise EditedMeanwhile
    # A photo is changed beside the form, without another `updated`.
    product.photo = stored.photo
    if stored.unit_id != product.unit_id and has_history(product):
        raise FieldRefused(
            "unit",
            _("This product has stock or history in %(unit)s, so its unit stays. Make a new product for another unit.")
            % {"unit": stored.unit},
        )


def _set_barcodes(product: Product, wanted: Mapping[str, Decimal]) -> None:
    held = {barcode.code: barcode for barcode in product.barcodes.all()}
    # One by one: the audit misses what is written in bulk.
    for code in held.keys() - wanted.keys():
        held[code].delete()
    for code, pack_quantity in wanted.items():
        barcode = held.get(code) or Barcode(product=product, code=code)
        if barcode.pk is None or barcode.pack_quantity != pack_quantity:
            barcode.pack_quantity = pack_quantity
            barcode.save()


def set_photo(*, product: Product, photo: pictures.Photo | None) -> None:
    """Show this photo of the product from now on, or none; the files of the one before go after commit."""
    name = pictures.keep(photo) if photo else ""
    try:
        _show_photo(product, name)
    except BaseException:
        pictures.discard(name)
        raise


@transaction.atomic(durable=True)
def _show_photo(product: Product, name: str) -> None:
    stored = Product.objects.select_for_update().get(pk=product.pk)
    pictures.discard_after_commit(stored.photo)
    stored.photo = product.photo = name
    stored.save(update_fields=["photo"])


@transaction.atomic(durable=True)
def delete_category(*, category: Category) -> None:
    """Delete a category that no product is in; raises InUse otherwise."""
    try:
        category.delete()
    except ProtectedError as error:
        raise InUse(_("Products are in this category. Give them another one first.")) from error
