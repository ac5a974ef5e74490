"""Django admin: people and their rights, and who changed what. Only admins get in, by our own sign-in."""

from typing import Any, cast

# These register what is taken away below.
import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from auditlog.admin import LogEntryAdmin
from auditlog.models import LogEntry
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused, StateMovedOn
from accounts.forms import PersonForm, WarehouseRightForm
from accounts.models import AddressChange, Invitation, Letter, Registration, User, WarehouseUserPermission
from accounts.services import change_role, restore, set_rights, suspend
from accounts.services.lost_factor import take_away
from accounts.services.single_sign_on import unlink
from accounts.views.proof import ConfirmedAdmin
from inventory_site.web.limits import limited
from inventory_site.web.read_only import FirstRows, ReadOnlyAdmin
from warehouses.models import Right, Warehouse

admin.site.site_header = admin.site.site_title = "Holdfast"
sign_in_first, view_of_admins = secure_admin_login(admin.site.login), admin.site.admin_view


def login(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """Send strangers to our sign-in; tell who is signed in and no admin whom to ask."""
    if request.user.is_authenticated:
        raise PermissionDenied(gettext("Only an admin may do this."))
    return cast("HttpResponseBase", sign_in_first(request, extra_context))


def logout(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    return redirect("account_logout")


def password_change(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    """Lead to the page that takes a fresh proof, is counted, tells by mail and is on record."""
    return redirect("account_change_password")


def admin_view(view: Any, cacheable: bool = False) -> Any:
    """Count what is sought in any list of the admin site with the other searches."""
    return limited("search")(view_of_admins(view, cacheable))


admin.site.login, admin.site.logout = login, logout  # type: ignore[method-assign,assignment]
admin.site.password_change = admin.site.password_change_done = password_change  # type: ignore[method-assign,assignment]
admin.site.admin_view = admin_view  # type: ignore[method-assign]
# Roles keep their groups in step, and an address stands at its person.
admin.site.unregister([Group, EmailAddress, LogEntry, Authenticator, UserSession])
# The one provider stands in the environment, so no table of them could let strangers in.
admin.site.unregister([SocialApp, SocialToken, SocialAccount])


class WarehouseRightInline(admin.TabularInline):  # type: ignore[type-arg]
    model = WarehouseUserPermission
    form = WarehouseRightForm
    autocomplete_fields = ("content_object",)
    verbose_name = _("right in a warehouse")
    verbose_name_plural = _("rights in warehouses")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("permission", "content_object")


@admin.register(User)
class PersonAdmin(ConfirmedAdmin):
    """People: invited instead of added, suspended instead of deleted, rights stored through the one service.

    Nobody sets the password of somebody else: a new one comes by mail.
    """

    form = PersonForm
    inlines = (WarehouseRightInline,)
    list_display = ("email", "name", "role", "status", "last_login")
    list_filter = ("role", "status")
    search_fields = ("email", "name")
    ordering = ("email",)
    autocomplete_fields = ("home_warehouse",)
    readonly_fields = ("last_login", "date_joined")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("email", "name", "phone")}),
        (_("What the person may do"), {"fields": ("role", "status")}),
        (_("Pages"), {"fields": ("home_warehouse", "time_zone")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def view_on_site(self, person: User) -> str:
        return reverse("accounts:person-detail", args=[person.pk])

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Nobody locks themselves out; another admin has to do it.
        mine = ("role", "status") if obj and obj.pk == request.user.pk else ()
        # Who has yet to come in is let in on the person's page.
        waits = obj and obj.status in (User.Status.INVITED, User.Status.PENDING)
        return (*super().get_readonly_fields(request, obj), *mine, *(("status",) if waits and not mine else ()))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Keep hashes from being guessed letter by letter."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_change_permission(request, obj) and not (obj and obj.anonymised))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the form again, with the words, where a service refuses what was sent."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (Refused, StateMovedOn) as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(request.get_full_path())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Store what the form has; role and status go through the services, which may refuse."""
        asked = {name: getattr(obj, name) for name in ("role", "status") if name in form.changed_data}
        for name in asked:
            setattr(obj, name, form.initial[name])
        super().save_model(request, obj, form, change)
        by = cast("User", request.user)
        if "role" in asked:
            change_role(person=obj, role=asked["role"], by=by)
        if "status" in asked:
            verb = suspend if asked["status"] == User.Status.SUSPENDED else restore
            verb(person=obj, by=by)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        rights: dict[Warehouse, Right | None] = {}
        for row in formset.forms:
            if row.instance.pk and (row in formset.deleted_forms or "content_object" in row.changed_data):
                rights.setdefault(Warehouse.objects.get(pk=row.initial["content_object"]))
        kept = [row for row in formset.forms if row not in formset.deleted_forms and row.has_changed()]
        rights |= {row.cleaned_data["content_object"]: row.chosen for row in kept}
        set_rights(person=form.instance, rights=rights, by=cast("User", request.user))


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was invited by whom, and what became of it."""

    list_display = ("person", "invited_by", "created", "expires", "mailed", "accepted", "withdrawn")
    list_select_related = ("person", "invited_by")
    search_fields = ("person__email", "person__name", "invited_by__name")
    fields = (*list_display, "mail_error")

    def view_on_site(self, invitation: Invitation) -> str:
        return reverse("accounts:person-detail", args=[invitation.person_id])


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    """Addresses that somebody registers with and has yet to prove."""

    list_display = ("email", "created", "expires", "mailed")
    search_fields = ("email",)
    fields = (*list_display, "mail_error")


@admin.register(AddressChange)
class AddressChangeAdmin(ReadOnlyAdmin):
    """New addresses that people have yet to prove."""

    list_display = ("person", "email", "created", "expires", "mailed")
    list_select_related = ("person",)
    search_fields = ("email", "person__email", "person__name")
    fields = (*list_display, "mail_error")


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """Mails about sign-in that wait; what was sent is not kept."""

    list_display = ("email", "template", "created", "expires", "mail_attempts")
    search_fields = ("email",)
    fields = (*list_display, "mail_error")


@admin.register(SocialAccount)
class SingleSignOnAdmin(ConfirmedAdmin, ReadOnlyAdmin):
    """Whom the company's own provider knows as whom: to take a link away, after which the address counts again."""

    fields = list_display = ("user", "uid", "date_joined", "last_login")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "uid")
    ordering = ("-pk",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def delete_model(self, request: HttpRequest, obj: SocialAccount) -> None:
        unlink(links=[obj], by=cast("User", request.user))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        unlink(links=queryset, by=cast("User", request.user))


@admin.register(LogEntry)
class AuditAdmin(LogEntryAdmin):
    """Who changed what from what to what; to read, never to change. The page Audit is the one that finds things."""

    date_hierarchy = None
    list_display = ("created", "user_url", "resource_url", "action", "msg_short")
    # Nothing that would read ten million rows: those of one object have an index.
    list_filter = ()
    search_fields = ("object_pk__exact",)
    search_help_text = _(
        "The id of an object. By person, kind, name, address and day you find things on the page Audit."
    )
    ordering = ("-timestamp",)
    paginator = FirstRows
    show_full_result_count = False
    list_per_page = 50


@admin.register(Authenticator)
class AuthenticatorAdmin(ConfirmedAdmin, ReadOnlyAdmin):
    """Second factors, without their secrets: to take one away from somebody who lost the device."""

    fields = list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    ordering = ("-pk",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        take_away(factors=[obj], by=cast("User", request.user))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        take_away(factors=queryset, by=cast("User", request.user))


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin):
    """Where people have signed in."""

    fields = list_display = ("user", "created_at", "ip", "user_agent")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "ip")
    ordering = ("-pk",)
