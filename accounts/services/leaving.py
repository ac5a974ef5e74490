"""People who left: their name goes, what they did stays."""

from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import OwnAccount, StillActive
from accounts.models import AddressChange, Letter, Registration, User, WarehouseUserPermission
from accounts.services.people import set_role
from warehouses.models import Warehouse

# What the libraries of sign-in keep of a person: addresses, second factors, devices, accounts elsewhere.
OF_THE_PERSON = {"account", "mfa", "socialaccount", "usersessions"}
# How they wanted to be told.
CHOICES = {"alerts.PushDevice", "alerts.Preferences", "alerts.Subscription"}


@transaction.atomic(durable=True)
def anonymise(*, person: User, by: User, at: datetime) -> None:
    """Take away who somebody was: name, e-mail, phone, password, rights, devices. Twice is the same as once.

    The person's row stays, for the ledger's rows point at it and name "Former employee <id>" from now on. Raises
    OwnAccount, and StillActive for somebody who is not suspended.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.anonymised:
        return
    if person.pk == by.pk:
        raise OwnAccount(_("You cannot do this to your own account. Ask another admin."))
    if person.status != User.Status.SUSPENDED:
        raise StillActive(_("Suspend %(name)s first.") % {"name": person})
    Registration.objects.filter(email__iexact=person.email).delete()
    AddressChange.objects.filter(person=person).delete()
    Letter.objects.filter(email__iexact=person.email).delete()
    for row in WarehouseUserPermission.objects.filter(user=person):
        row.delete()
    for place in Warehouse.objects.filter(next_in_line=person):
        place.next_in_line = None
        place.save(update_fields=["next_in_line"])
    for key in User._meta.related_objects:
        if key.related_model._meta.app_label in OF_THE_PERSON or key.related_model._meta.label in CHOICES:
            key.related_model._default_manager.filter(**{key.field.name: person}).delete()
    set_role(person=person, role=User.Role.STAFF)
    person.name = _("Former employee %(id)s") % {"id": person.pk}
    # A domain that can never exist (RFC 2606).
    person.email = f"former-{person.pk}@holdfast.invalid"
    person.phone, person.home_warehouse, person.anonymised = "", None, at
    person.set_unusable_password()
    person.save()
    # The admin site shows under "Recent actions" what people were called then.
    noted = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    noted.update(object_repr=str(person))
