from django.urls import path

from alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.alert_list, name="alert-list"),
    path("<int:pk>/", views.alert_detail, name="alert-detail"),
    path("<int:pk>/acknowledge", views.alert_acknowledge, name="alert-acknowledge"),
    path("<int:pk>/snooze", views.alert_snooze, name="alert-snooze"),
    path("<int:pk>/assign", views.alert_assign, name="alert-assign"),
    path("<int:pk>/comment", views.alert_comment, name="alert-comment"),
    path("<int:pk>/resolve", views.alert_resolve, name="alert-resolve"),
    path("unread/", views.alert_unread, name="alert-unread"),
    path("link/<str:token>/", views.alert_link, name="alert-link"),
]
# Where Twilio knocks, outside the pages of people.
twilio = [
    path("status", views.twilio_status, name="status"),
    path("sms", views.twilio_sms, name="sms"),
]
