"""Everything that changes who a person is, what they may do and how they get in."""

from accounts.services.addresses import ask_address, change_address
from accounts.services.invitations import accept_invitation, invite, resend_invitation, withdraw_invitation
from accounts.services.leaving import anonymise
from accounts.services.people import (
    add_person,
    approve,
    change_role,
    refuse,
    restore,
    set_right,
    set_rights,
    set_role,
    suspend,
)
from accounts.services.registrations import confirm_registration, register
from accounts.services.sign_in import AccountAdapter, SignInBackend

__all__ = [
    "AccountAdapter",
    "SignInBackend",
    "accept_invitation",
    "add_person",
    "anonymise",
    "approve",
    "ask_address",
    "change_address",
    "change_role",
    "confirm_registration",
    "invite",
    "refuse",
    "register",
    "resend_invitation",
    "restore",
    "set_right",
    "set_rights",
    "set_role",
    "suspend",
    "withdraw_invitation",
]
