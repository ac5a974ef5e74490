"""Everything that changes who a person is, what they may do and how they get in."""

from accounts.services.people import add_person, set_right, set_role
from accounts.services.sign_in import AccountAdapter, SignInBackend

__all__ = ["AccountAdapter", "SignInBackend", "add_person", "set_right", "set_role"]
