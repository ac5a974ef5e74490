from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.account import signals as account
        from allauth.mfa import signals as factors

        from accounts.services import renewal, sign_ins

        # Django's own signals: every way of signing in passes them, allauth's and the admin's too.
        user_logged_in.connect(sign_ins.signed_in, dispatch_uid="trail")
        user_logged_out.connect(sign_ins.signed_out, dispatch_uid="trail")
        user_login_failed.connect(sign_ins.sign_in_failed, dispatch_uid="trail")
        account.authentication_step_completed.connect(sign_ins.step_completed, dispatch_uid="trail")
        account.authentication_step_completed.connect(renewal.renew, dispatch_uid="renewal")
        account.password_changed.connect(sign_ins.password_set, dispatch_uid="trail")
        account.password_reset.connect(sign_ins.password_set, dispatch_uid="trail")
        factors.authenticator_used.connect(sign_ins.factor_used, dispatch_uid="trail")
        factors.authentication_failed.connect(sign_ins.factor_refused, dispatch_uid="trail")
        factors.authenticator_added.connect(sign_ins.factor_added, dispatch_uid="trail")
        factors.authenticator_reset.connect(sign_ins.factor_added, dispatch_uid="trail")
        factors.authenticator_removed.connect(sign_ins.factor_removed, dispatch_uid="trail")
