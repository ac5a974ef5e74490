from django.contrib import admin

from inventory_site.web.read_only import ReadOnlyAdmin
from reports.models import RollupMark, Seal, SealCheck, SealPart


@admin.register(RollupMark)
class RollupMarkAdmin(ReadOnlyAdmin):
    """Where the rollup stands; DailyMovement has a key of three columns, which the admin cannot show."""

    list_display = ["xact", "moved"]


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ["number", "day", "made", "key", "root"]


@admin.register(SealPart)
class SealPartAdmin(ReadOnlyAdmin):
    list_display = ["seal", "table", "day", "rows", "digest"]
    list_select_related = ["seal"]
    show_full_result_count = False


@admin.register(SealCheck)
class SealCheckAdmin(ReadOnlyAdmin):
    list_display = ["at", "seals", "problems"]
