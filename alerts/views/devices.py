"""The browsers that get push messages, and the service worker that shows them.

The page where push is turned on is the only one that may talk to Google: its CSP alone names Firebase's hosts.
"""

import json

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from alerts.errors import TooManyDevices
from alerts.forms import DeviceForm, DeviceNameForm
from alerts.models import Channel, PushDevice
from alerts.queries.reach import is_set_up
from alerts.services.devices import add_device, remove_device, rename_device
from inventory_site.web.access import anyone, signed_in
from inventory_site.web.devices import device_of
from inventory_site.web.request import StaffRequest

# Where Firebase's client registers a browser: its installation, then its push subscription.
FIREBASE = ["https://firebaseinstallations.googleapis.com", "https://fcmregistrations.googleapis.com"]


@signed_in
@require_safe
def notification_devices(request: StaffRequest) -> HttpResponseBase:
    """Show the person's devices, and let them add the one they hold."""
    return _page(request)


def _page(request: StaffRequest, form: DeviceForm | DeviceNameForm | None = None) -> HttpResponseBase:
    """Show the page, 422 with the form that was refused; where push is set up, its scripts may talk to Firebase."""
    named = {form.device.pk: form} if isinstance(form, DeviceNameForm) else {}
    devices = PushDevice.objects.filter(person=request.user).order_by("-id")
    context: dict[str, object] = {
        "form": form,
        "devices": [(each, named.get(each.pk) or DeviceNameForm(device=each)) for each in devices],
    }
    ready = is_set_up(Channel.PUSH)
    if ready:
        context["firebase"] = {"config": json.loads(settings.FIREBASE_WEB_CONFIG), "key": settings.FIREBASE_VAPID_KEY}

    def show(_request: HttpRequest) -> HttpResponse:
        return render(request, "alerts/notification_devices.html", context, status=422 if form else 200)

    return csp_update({"connect-src": FIREBASE})(show)(request) if ready else show(request)


@signed_in
@require_POST
def notification_device_add(request: StaffRequest) -> HttpResponseBase:
    """Take the registration that the browser got from Firebase."""
    form = DeviceForm(request.POST)
    if not is_set_up(Channel.PUSH):
        form.add_error("fid", _("Push is not set up here. Ask an admin."))
    if form.is_valid():
        name = device_of(request.headers.get("User-Agent", ""))
        try:
            device = add_device(person=request.user, fid=form.cleaned_data["fid"], name=name)
        except TooManyDevices as error:
            form.add_error("fid", str(error))
        else:
            messages.success(request, _("Push messages come to %(device)s now.") % {"device": device.name})
            return redirect("alerts:notification-devices")
    return _page(request, form)


@signed_in
@require_POST
def notification_device_rename(request: StaffRequest, pk: int) -> HttpResponseBase:
    """Call a device something else."""
    device = get_object_or_404(PushDevice, pk=pk, person=request.user)
    form = DeviceNameForm(request.POST, device=device)
    if not form.is_valid():
        return _page(request, form)
    rename_device(device=device, name=form.cleaned_data["name"])
    messages.success(request, _("The device is called %(device)s now.") % {"device": device.name})
    return redirect("alerts:notification-devices")


@signed_in
@require_POST
def notification_device_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Send nothing more to a device."""
    device = get_object_or_404(PushDevice, pk=pk, person=request.user)
    remove_device(device=device)
    messages.success(request, _("No push message goes to %(device)s any more.") % {"device": device.name})
    return redirect("alerts:notification-devices")


@anyone
@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker of the whole site: it stands at the root, so that its scope is all of it."""
    return render(request, "alerts/sw.js", content_type="text/javascript")
