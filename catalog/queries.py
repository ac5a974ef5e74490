"""Reads about the catalogue."""

from collections.abc import Collection
from typing import Any, cast

from django.db.models import PROTECT, Exists, OuterRef, Q

from catalog.models import Barcode, Product, sku_key
from inventory_site.web.codes import normalise_code


def has_history(product: Product) -> bool:
    """Whether any row protects the product: stock, ledger, lots, alerts, whichever app it is in. One query.

    It asks the keys that point at products, so the catalogue need not know who has them.
    """
    keys = [
        cast("Any", relation).field
        for relation in Product._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and getattr(relation, "on_delete", None) is PROTECT
    ]
    referred = Q()
    for key in keys:
        referred |= Q(Exists(key.model._base_manager.filter(**{key.attname: OuterRef("pk")})))
    return Product.objects.filter(referred, pk=product.pk).exists()


def codes_of_others(codes: Collection[str], product: Product) -> dict[str, str]:
    """Return, for each of these barcodes (normalised) that another product has as barcode or sku, that product's sku.

    Two queries.
    """
    others = Product.objects.exclude(pk=product.pk)
    taken = dict(Barcode.objects.filter(code__in=codes, product__in=others).values_list("code", "product__sku"))
    skus = dict(others.filter(sku_key__in={sku_key(code) for code in codes}).values_list("sku_key", "sku"))
    return taken | {code: skus[sku_key(code)] for code in codes if sku_key(code) in skus}


def sku_as_barcode_of(sku: str, product: Product) -> str | None:
    """Return the sku of another product that has this sku as a barcode: a scan of it would find the wrong one."""
    spellings = {sku, sku.upper(), sku.lower(), normalise_code(sku)}
    found = Barcode.objects.filter(code__in=spellings).exclude(product=product.pk)
    return found.values_list("product__sku", flat=True).first()
