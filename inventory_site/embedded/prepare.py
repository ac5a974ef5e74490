"""What has to be true of the database and the static files before the site opens."""

import io
import os
from pathlib import Path

from inventory_site.embedded.errors import CannotStart


def prepare(done: Path) -> None:
    """Migrate, collect the static files, and in development load the demo data into a database without people.

    Then write the file `done`, which lets the site open; in development it holds the demo accounts.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory_site.settings")
    # The role's statement timeout is for people waiting on a page.
    os.environ["PGOPTIONS"] = "-c statement_timeout=0"
    import django
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import CommandError, call_command

    django.setup()
    accounts = io.StringIO()
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if settings.ENVIRONMENT == "development":
            if not get_user_model().objects.exists():
                call_command("load_demo")
            call_command("load_demo", accounts=True, stdout=accounts)
    except CommandError as error:
        raise CannotStart(str(error)) from error
    done.write_text(accounts.getvalue())
