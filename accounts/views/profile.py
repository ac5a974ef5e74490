"""What people set for themselves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services
from accounts.errors import LinkGone
from accounts.forms import AddressForm, ProfileForm
from accounts.models import AddressChange
from accounts.views.fresh_proof import fresh_proof
from inventory_site.web.access import signed_in
from inventory_site.web.errors import error_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from inventory_site.web.zones import zone_choices


@signed_in
def profile(request: StaffRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = ProfileForm(request.POST if sent else None, instance=request.user)
    if sent and form.is_valid() and form.saved():
        messages.success(request, _("Saved your profile."))
        return redirect("accounts:profile")
    context = {"form": form, "zones": zone_choices()}
    return render(request, "accounts/profile.html", context, status=422 if sent else 200)


@signed_in
@limited("address")
@fresh_proof
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: StaffRequest) -> HttpResponse:
    """Ask to sign in with another address: it gets a mail with a link, whether it has an account or not."""
    sent = request.method == "POST"
    form = AddressForm(request.POST if sent else None, person=request.user)
    if sent and form.is_valid():
        services.ask_address(person=request.user, email=form.cleaned_data["email"], at=timezone.now())
        return redirect("accounts:address-sent")
    return render(request, "accounts/address.html", {"form": form}, status=422 if sent else 200)


@signed_in
@require_safe
def address_sent(request: StaffRequest) -> HttpResponse:
    return render(request, "accounts/address_sent.html")


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_confirm(request: StaffRequest, token: str) -> HttpResponse:
    """Take the new address, for the person alone who asked for it: a mistyped address may be somebody else's."""
    found = AddressChange.objects.filter(person=request.user)
    change = found.filter(token_hash=AddressChange.digest(token)).first()
    if change is None:
        return _unknown(request)
    if request.method != "POST":
        return render(request, "accounts/address_confirm.html", {"email": change.email})
    try:
        person = services.change_address(person=request.user, token=token, at=timezone.now())
    except LinkGone as error:
        return error_page(request, 410, str(error))
    except AddressChange.DoesNotExist:
        return _unknown(request)
    messages.success(request, _("From now on you sign in with %(email)s.") % {"email": person.email})
    return redirect("accounts:profile")


def _unknown(request: StaffRequest) -> HttpResponse:
    words = _("This link does not work: it was used, is not the newest, or was sent to somebody else's account.")
    return error_page(request, 404, words)
