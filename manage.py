#!/usr/bin/env python
"""Django's command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory_site.settings")
    # Commands may take as long as they need; the role's statement timeout is for people waiting on a page.
    os.environ.setdefault("PGOPTIONS", "-c statement_timeout=0")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
