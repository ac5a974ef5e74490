from django.urls import include, path, re_path

from accounts.views import invitations, passwords, people, profile, rights, security, sign_in

pages = [
    path("profile/", profile.profile, name="profile"),
    path("profile/security/", security.security, name="security"),
    path("profile/security/sessions/end/", security.session_end, name="session-end"),
    path("people/", people.person_list, name="person-list"),
    path("people/invite/", invitations.person_invite, name="person-invite"),
    path("people/rights/", rights.matrix, name="matrix"),
    path("people/at/<str:code>/", rights.warehouse_people, name="warehouse-people"),
    path("people/<int:pk>/", people.person_detail, name="person-detail"),
    path("people/<int:pk>/role", people.person_role, name="person-role"),
    path("people/<int:pk>/suspend", people.person_suspend, name="person-suspend"),
    path("people/<int:pk>/restore", people.person_restore, name="person-restore"),
    path("people/<int:pk>/approve", people.person_approve, name="person-approve"),
    path("people/<int:pk>/refuse", people.person_refuse, name="person-refuse"),
    path("people/<int:pk>/export", people.person_export, name="person-export"),
    path("people/<int:pk>/anonymise", people.person_anonymise, name="person-anonymise"),
    path("people/<int:pk>/invite-again", invitations.invitation_resend, name="invitation-resend"),
    path("people/<int:pk>/withdraw", invitations.invitation_withdraw, name="invitation-withdraw"),
    path("people/<int:pk>/rights/<str:code>", rights.right_set, name="right-set"),
    path("invitation/<str:token>/", invitations.invitation_accept, name="invitation-accept"),
    path("register/", invitations.register, name="register"),
    path("register/sent/", invitations.register_sent, name="register-sent"),
    path("register/<str:token>/", invitations.register_confirm, name="register-confirm"),
]

# allauth asks for its pages by these names; those that it can do without are not there.
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-in/passkey/", sign_in.passkey, name="mfa_login_webauthn"),
    path("sign-in/second-step/", sign_in.second_step, name="mfa_authenticate"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("password/forgotten/", passwords.forgotten, name="account_reset_password"),
    path("password/forgotten/sent/", passwords.mail_sent, name="account_reset_password_done"),
    path("password/new/done/", passwords.new_password_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        passwords.new_password,
        name="account_reset_password_from_key",
    ),
    path("profile/password/", passwords.change_password, name="account_change_password"),
    path("profile/confirm/", security.confirm, name="account_reauthenticate"),
    path("profile/confirm/code/", security.confirm_by_code, name="mfa_reauthenticate"),
    path("profile/confirm/passkey/", security.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("profile/security/app/", security.set_up_app, name="mfa_activate_totp"),
    path("profile/security/app/remove/", security.remove_app, name="mfa_deactivate_totp"),
    path("profile/security/recovery-codes/", security.recovery_codes, name="mfa_view_recovery_codes"),
    path("profile/security/recovery-codes/new/", security.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("profile/security/passkeys/add/", security.add_passkey, name="mfa_add_webauthn"),
    path("profile/security/passkeys/<int:pk>/", security.rename_passkey, name="mfa_edit_webauthn"),
    path("profile/security/passkeys/<int:pk>/remove/", security.remove_passkey, name="mfa_remove_webauthn"),
    path("", include((pages, "accounts"))),
]
