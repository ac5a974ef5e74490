from django.urls import include, path

from accounts.views import invitations, people, profile, rights, sign_in

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
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("", include((pages, "accounts"))),
]
