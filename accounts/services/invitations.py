"""Inviting people, and what becomes of an invitation."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import AddressTaken, LinkGone, StateMovedOn
from accounts.models import Invitation, User
from accounts.queries import why_gone
from accounts.services.links import INVITATION_LASTS, promise_mail
from accounts.services.people import Rights, set_rights, set_role
from warehouses.models import Warehouse


@transaction.atomic(durable=True)
def invite(
    *, email: str, role: str, home_warehouse: Warehouse | None, rights: Rights, by: User, at: datetime
) -> Invitation:
    """Add somebody with a role and rights who comes in by the link that a mail brings them.

    The mail leaves after commit, by the worker. Raises AddressTaken.
    """
    try:
        with transaction.atomic():
            person = User.objects.create_user(
                email=email, role=role, status=User.Status.INVITED, home_warehouse=home_warehouse
            )
    except IntegrityError as error:
        raise AddressTaken(_("Somebody has this e-mail address already.")) from error
    set_role(person=person, role=role)
    set_rights(person=person, rights=rights, by=by)
    invitation = Invitation(person=person, invited_by=by)
    promise_mail(invitation, at=at, lasts=INVITATION_LASTS)
    return invitation


@transaction.atomic(durable=True)
def resend_invitation(*, person: User, by: User, at: datetime) -> Invitation:
    """Send somebody who has not come in yet a new link; the old one works no more.

    An invitation that was withdrawn is followed by a new one. Raises StateMovedOn for somebody who has come in, or
    was anonymised.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.has_come:
        raise StateMovedOn(_("%(name)s has come in already.") % {"name": person})
    invitation = person.invitations.open().first() or Invitation(person=person)
    invitation.invited_by = by
    person.status = User.Status.INVITED
    person.save(update_fields=["status"])
    promise_mail(invitation, at=at, lasts=INVITATION_LASTS)
    return invitation


@transaction.atomic(durable=True)
def withdraw_invitation(*, person: User, at: datetime) -> None:
    """Make the link of somebody's invitation worthless; they stay on record as suspended. Twice is the same as once.

    Raises StateMovedOn for somebody who has come in.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.has_come:
        raise StateMovedOn(_("%(name)s has come in already.") % {"name": person})
    for invitation in person.invitations.open():
        invitation.withdrawn = at
        invitation.mail_due = None
        invitation.save()
    person.status = User.Status.SUSPENDED
    person.save(update_fields=["status"])


@transaction.atomic(durable=True)
def accept_invitation(*, token: str, name: str, time_zone: str, password: str, at: datetime) -> User:
    """Let the person of this link in, with the name, the time zone and the password that they chose.

    The form has asked the password's validators. Locks the person, then the invitation. Raises
    Invitation.DoesNotExist for a link that nobody has sent, LinkGone for one that works no more.
    """
    found = Invitation.objects.only("person").get(token_hash=Invitation.digest(token))
    person = User.objects.select_for_update(no_key=True).get(pk=found.person_id)
    invitation = Invitation.objects.select_for_update(no_key=True).get(token_hash=Invitation.digest(token))
    if words := why_gone(invitation, at):
        raise LinkGone(words)
    invitation.accepted = at
    invitation.save(update_fields=["accepted"])
    person.name, person.time_zone, person.status = name, time_zone, User.Status.ACTIVE.value
    person.set_password(password)
    person.save(update_fields=["name", "time_zone", "status", "password"])
    return person
