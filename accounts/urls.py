from django.urls import include, path

from accounts.views import profile, sign_in

# allauth asks for its pages by these names; those that it can do without are not there.
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("", include(([path("profile/", profile.profile, name="profile")], "accounts"))),
]
