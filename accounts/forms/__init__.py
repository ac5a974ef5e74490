"""What people type about themselves and others, and to prove who they are."""

from accounts.forms.people import (
    ComeInForm,
    InviteForm,
    LeaveForm,
    NewPersonForm,
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
    "ComeInForm",
    "InviteForm",
    "LeaveForm",
    "NewPersonForm",
    "PeopleFilter",
    "PersonForm",
    "ProfileForm",
    "RegisterForm",
    "RightField",
    "RoleForm",
    "WarehouseRightForm",
    "WelcomeForm",
]
