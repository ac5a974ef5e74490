from django.urls import include, path

from accounts import views

# allauth asks for its pages by these names; those that it can do without are not there.
urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("", include(([path("profile/", views.profile, name="profile")], "accounts"))),
]
