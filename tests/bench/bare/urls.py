from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpResponse
from django.urls import path

from tests.bench.bare.statement import SHIP


@login_required
def ship(request):
    with connection.cursor() as cursor:
        cursor.execute(SHIP, {"n": int(request.POST["n"])})
    return HttpResponse(status=204)


urlpatterns = [path("ship/", ship)]
