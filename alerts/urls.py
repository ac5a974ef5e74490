from django.urls import path

from alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.alert_list, name="alert-list"),
    path("<int:pk>/", views.alert_detail, name="alert-detail"),
    path("<int:pk>/acknowledge", views.alert_acknowledge, name="alert-acknowledge"),
]
# Where Twilio knocks, outside the pages of people.
twilio = [
    path("status", views.twilio_status, name="status"),
    path("sms", views.twilio_sms, name="sms"),
]
