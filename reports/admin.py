from django.contrib import admin

from inventory_site.web.read_only import ReadOnlyAdmin
from reports.models import RollupMark


@admin.register(RollupMark)
class RollupMarkAdmin(ReadOnlyAdmin):
    """Where the rollup stands; DailyMovement has a key of three columns, which the admin cannot show."""

    list_display = ["xact", "moved"]
