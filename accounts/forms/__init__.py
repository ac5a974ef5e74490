"""What people type about themselves and others, and to prove who they are."""

from accounts.forms.people import (
    AddressForm,
    ComeInForm,
    InviteForm,
    LeaveForm,
    PeopleFilter,
    PersonForm,
    ProfileForm,
    RegisterForm,
    RightField,
    RoleForm,
    WarehouseRightForm,
    WelcomeForm,
)

__all__ = [
    "AddressForm",
    "ComeInForm",
    "InviteForm",
    "LeaveForm",
    "PeopleFilter",
    "PersonForm",
    "ProfileForm",
    "RegisterForm",
    "RightField",
    "RoleForm",
    "WarehouseRightForm",
    "WelcomeForm",
]
