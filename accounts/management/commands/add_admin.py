"""`manage.py add_admin EMAIL NAME`: the first admin of an installation, who invites everybody else."""

import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import add_person


class Command(BaseCommand):
    help = (
        "Add an admin: asks for the password, or reads it from standard input. They set up a second factor at sign-in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        person = User(email=email.lower(), name=name, role=User.Role.ADMIN)
        password = getpass(_("Password: ")) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            person.clean_fields(exclude={"password"})
            person.validate_constraints()
            validate_password(password, person)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        add_person(email=person.email, name=name, role=User.Role.ADMIN, password=password)
        self.stdout.write(
            _("%(email)s is an admin now, and sets up a second factor with the first sign-in.") % {"email": email}
        )
