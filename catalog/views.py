"""The pages on which managers keep the catalogue; products with their levels are pages of `stock`."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import services
from catalog.errors import EditedMeanwhile, FieldRefused, InUse
from catalog.forms import CategoryForm, PhotoForm, ProductForm, UnitForm
from catalog.models import Category, Product, Unit
from inventory_site.web import pictures
from inventory_site.web.access import role, signed_in
from inventory_site.web.codes import mistyped_gtin
from inventory_site.web.keyset import keyset_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest


@role("manager")
def product_create(request: StaffRequest) -> HttpResponse:
    return _product_form(request, Product())


@role("manager")
def product_edit(request: StaffRequest, sku: str) -> HttpResponse:
    return _product_form(request, get_object_or_404(Product.objects.with_sku(sku)))


def _product_form(request: StaffRequest, product: Product) -> HttpResponse:
    # The form writes what was typed into the product even where it is refused.
    page = {"sku": product.sku, "is_new": product.pk is None, "is_archived": product.is_archived}
    status = 200
    if request.method != "POST":
        form = ProductForm(product=product)
    elif "add" in request.POST:
        form = ProductForm.with_one_more_row(request.POST, product=product)
    else:
        form = ProductForm(request.POST, product=product)
        status = _save(form) if form.is_valid() else 422
        if status == 303:
            _tell_saved(request, product, form)
            return redirect("stock:product-detail", product.sku)
    return render(request, "catalog/product_form.html", {**page, "form": form, "status": status}, status=status)


@role("manager")
@limited("upload")
@require_http_methods(["GET", "HEAD", "POST"])
def product_photo(request: StaffRequest, sku: str) -> HttpResponse:
    """Let a manager choose the photo of a product."""
    product = get_object_or_404(Product.objects.with_sku(sku))
    sent = request.method == "POST"
    form = PhotoForm(request.POST, request.FILES) if sent else PhotoForm()
    if sent and form.is_valid():
        services.set_photo(product=product, photo=form.cleaned_data["photo"])
        messages.success(request, _("Saved the photo of %(sku)s.") % {"sku": product.sku})
        return redirect("stock:product-detail", product.sku)
    context = {"product": product, "form": form}
    return render(request, "catalog/product_photo.html", context, status=422 if sent else 200)


@role("manager")
@require_POST
def product_photo_remove(request: StaffRequest, sku: str) -> HttpResponse:
    """Take the photo of a product away."""
    product = get_object_or_404(Product.objects.with_sku(sku))
    services.set_photo(product=product, photo=None)
    messages.success(request, _("%(sku)s has no photo any more.") % {"sku": product.sku})
    return redirect("stock:product-detail", product.sku)


@signed_in
@require_safe
def photo(request: StaffRequest, size: str, name: str, sku: str) -> FileResponse:
    """Send the photo of a product to whoever may see the product: everybody who is signed in."""
    if not pictures.NAME.fullmatch(name):
        raise Http404
    product = get_object_or_404(Product.objects.with_sku(sku).filter(photo=name))
    return pictures.photo_answer(product.photo, size)


def _save(form: ProductForm) -> int:
    """Save the product and return the status to answer with; what is refused stands in the form then."""
    try:
        services.save_product(product=form.instance, barcodes=form.wanted_barcodes, seen=form.seen_at)
    except FieldRefused as error:
        form.add_error(error.field, str(error))
        return 422
    except EditedMeanwhile as error:
        form.add_error(None, str(error))
        return 409
    return 303


def _tell_saved(request: StaffRequest, product: Product, form: ProductForm) -> None:
    messages.success(request, _("Saved %(sku)s.") % {"sku": product.sku})
    for code in form.wanted_barcodes:
        if digit := mistyped_gtin(code):
            messages.warning(
                request,
                _("%(code)s looks like a GTIN, but its last digit would be %(digit)s then. Compare it with the label.")
                % {"code": code, "digit": digit},
            )


@role("manager")
@require_safe
def category_list(request: StaffRequest) -> HttpResponse:
    page = keyset_page(Category.objects.all(), by="name", after=request.GET.get("after", ""))
    return render(request, "catalog/category_list.html", {"page": page})


@role("manager")
def category_create(request: StaffRequest) -> HttpResponse:
    return _category_form(request, Category())


@role("manager")
def category_edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _category_form(request, get_object_or_404(Category, pk=pk))


def _category_form(request: StaffRequest, category: Category, problem: str = "") -> HttpResponse:
    page = {"category": category.name, "pk": category.pk}
    sent = request.method == "POST" and not problem
    form = CategoryForm(request.POST if sent else None, instance=category)
    if sent and form.is_valid() and form.saved():
        messages.success(request, _("Saved %(name)s.") % {"name": category.name})
        return redirect("catalog:category-list")
    context = {**page, "form": form, "problems": [problem] if problem else []}
    return render(request, "catalog/category_form.html", context, status=422 if sent or problem else 200)


@role("manager")
@require_POST
def category_delete(request: StaffRequest, pk: int) -> HttpResponse:
    category = get_object_or_404(Category, pk=pk)
    try:
        services.delete_category(category=category)
    except InUse as error:
        return _category_form(request, category, str(error))
    messages.success(request, _("Deleted %(name)s.") % {"name": category.name})
    return redirect("catalog:category-list")


@role("admin")
@require_safe
def unit_list(request: StaffRequest) -> HttpResponse:
    page = keyset_page(Unit.objects.all(), by="code", after=request.GET.get("after", ""))
    return render(request, "catalog/unit_list.html", {"page": page})


@role("admin")
def unit_create(request: StaffRequest) -> HttpResponse:
    return _unit_form(request, Unit())


@role("admin")
def unit_edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _unit_form(request, get_object_or_404(Unit, pk=pk))


def _unit_form(request: StaffRequest, unit: Unit) -> HttpResponse:
    sent, code = request.method == "POST", unit.code
    form = UnitForm(request.POST if sent else None, instance=unit)
    if sent and form.is_valid() and form.saved():
        messages.success(request, _("Saved %(name)s.") % {"name": unit.name})
        return redirect("catalog:unit-list")
    return render(request, "catalog/unit_form.html", {"form": form, "code": code}, status=422 if sent else 200)
