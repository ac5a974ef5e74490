from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.services import sign_ins

        # Django's own signals: every way of signing in passes them, allauth's and the admin's too.
        user_logged_in.connect(sign_ins.signed_in, dispatch_uid="trail")
        user_logged_out.connect(sign_ins.signed_out, dispatch_uid="trail")
        user_login_failed.connect(sign_ins.sign_in_failed, dispatch_uid="trail")
