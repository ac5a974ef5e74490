"""Inviting people, coming in by a link, and registering."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.errors import AddressTaken, LinkGone, StateMovedOn
from accounts.forms import ComeInForm, InviteForm, RegisterForm
from accounts.models import Invitation, Registration, User
from accounts.queries import why_gone
from accounts.views.proof import confirmed
from inventory_site.web.access import anyone, role
from inventory_site.web.errors import error_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from inventory_site.web.zones import zone_choices
from warehouses.models import Warehouse


@role("admin")
@limited("invitation")
@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def person_invite(request: StaffRequest) -> HttpResponse:
    """Invite somebody by e-mail, with a role and rights."""
    sent = request.method == "POST"
    places = Warehouse.objects.for_user(request.user, "manage").open()
    form = InviteForm(request.POST if sent else None, warehouses=places)
    if sent and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            invitation = services.invite(email=email, by=request.user, at=timezone.now(), **form.welcome)
        except AddressTaken as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("Invited %(email)s. The mail is on its way.") % {"email": email})
            return redirect("accounts:person-detail", invitation.person_id)
    return render(request, "accounts/person_invite.html", {"form": form}, status=422 if sent else 200)


@role("admin")
@limited("invitation")
@confirmed
@require_POST
def invitation_resend(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a new link to somebody who has not come in yet."""
    person = get_object_or_404(User, pk=pk)
    try:
        services.resend_invitation(person=person, by=request.user, at=timezone.now())
    except StateMovedOn as error:
        return error_page(request, 409, str(error))
    messages.success(request, _("A new mail is on its way. The link before works no more."))
    return redirect("accounts:person-detail", pk)


@role("admin")
@confirmed
@require_POST
def invitation_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Make the link of an invitation worthless."""
    person = get_object_or_404(User, pk=pk)
    try:
        services.withdraw_invitation(person=person, at=timezone.now())
    except StateMovedOn as error:
        return error_page(request, 409, str(error))
    messages.success(request, _("The invitation is withdrawn. Its link works no more."))
    return redirect("accounts:person-detail", pk)


@anyone
@limited("open_invitation")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Come in by the link of an invitation: choose a name and a password, then sign in with them."""
    invitations = Invitation.objects.select_related("person")
    invitation = invitations.filter(token_hash=Invitation.digest(token)).first()
    if invitation is None:
        return _unknown(request)
    if words := why_gone(invitation, timezone.now()):
        return error_page(request, 410, words)
    sent, person = request.method == "POST", User(email=invitation.person.email)
    form = ComeInForm(request.POST if sent else None, instance=person)
    if sent and form.is_valid():
        try:
            services.accept_invitation(token=token, at=timezone.now(), **form.cleaned_data)
        except (LinkGone, Invitation.DoesNotExist) as error:
            return error_page(request, 410, str(error) if isinstance(error, LinkGone) else "")
        messages.success(request, _("Welcome. Sign in with your e-mail address and the new password."))
        return redirect("account_login")
    context = {"form": form, "zones": zone_choices(), "invited": True}
    return render(request, "accounts/come_in.html", context, status=422 if sent else 200)


@anyone
@limited("register")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Ask for an account: the answer is the same whether the address has one or not."""
    _refuse_while_closed()
    sent = request.method == "POST"
    form = RegisterForm(request.POST if sent else None, domains=settings.REGISTRATION_DOMAINS)
    if sent and form.is_valid():
        language = get_language() or settings.LANGUAGE_CODE
        services.register(email=form.cleaned_data["email"], language=language, at=timezone.now())
        return redirect("accounts:register-sent")
    return render(request, "accounts/register.html", {"form": form}, status=422 if sent else 200)


@anyone
@require_http_methods(["GET", "HEAD"])
def register_sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way, whatever it says."""
    _refuse_while_closed()
    return render(request, "accounts/register_sent.html")


@anyone
@limited("open_invitation")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Go on with a registration whose address is proved, then wait for an admin."""
    _refuse_while_closed()
    link = Registration.objects.filter(token_hash=Registration.digest(token), expires__gt=timezone.now()).first()
    if link is None:
        return _unknown(request)
    sent = request.method == "POST"
    form = ComeInForm(request.POST if sent else None, instance=User(email=link.email))
    if sent and form.is_valid():
        try:
            services.confirm_registration(token=token, at=timezone.now(), **form.cleaned_data)
        except (LinkGone, Registration.DoesNotExist) as error:
            return error_page(request, 410, str(error) if isinstance(error, LinkGone) else "")
        messages.success(request, _("You are registered. An admin of your company lets you in; then you can sign in."))
        return redirect("account_login")
    context = {"form": form, "zones": zone_choices(), "invited": False}
    return render(request, "accounts/come_in.html", context, status=422 if sent else 200)


def _refuse_while_closed() -> None:
    if settings.REGISTRATION != "open":
        raise Http404


def _unknown(request: HttpRequest) -> HttpResponse:
    words = _("This link does not work. Perhaps there is a newer mail; otherwise ask for a new link.")
    return error_page(request, 404, words)
