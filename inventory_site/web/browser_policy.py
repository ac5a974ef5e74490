"""What a browser may do with our answers, beyond what Django and django-csp say."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# What a link that lets somebody in calls the part of its address that does.
LETS_IN = {"token", "uidb36"}


class BrowserPolicyMiddleware:
    """Tells the browser what a page may ask of the device, and that no other site may take our answers into its own.

    A page whose address lets somebody in is named to nobody, not even with the requests for its own styles.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.policy = ", ".join(f"{feature}=({who})" for feature, who in settings.PERMISSIONS_POLICY.items())

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = self.policy
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.resolver_match and LETS_IN & request.resolver_match.kwargs.keys():
            # The host alone; with no word at all a form could not be told from a forged one.
            response.headers["Referrer-Policy"] = "strict-origin"
        return response
