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
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/test/", views.notification_test, name="notification-test"),
    path("notifications/devices/", views.notification_devices, name="notification-devices"),
    path("notifications/devices/add/", views.notification_device_add, name="notification-device-add"),
    path("notifications/devices/<int:pk>/", views.notification_device_rename, name="notification-device-rename"),
    path("notifications/devices/<int:pk>/remove/", views.notification_device_remove, name="notification-device-remove"),
    path("notifications/told/", views.notification_history, name="notification-history"),
    path("notifications/told/<int:pk>/", views.notification_history_of, name="notification-history-of"),
    path("failed/", views.dead_letter_list, name="dead-letter-list"),
    path("failed/retry", views.dead_letter_retry_all, name="dead-letter-retry-all"),
    path("failed/<int:pk>/retry", views.dead_letter_retry, name="dead-letter-retry"),
    path("link/<str:token>/", views.alert_link, name="alert-link"),
]
# Where Twilio knocks, outside the pages of people.
twilio = [
    path("status", views.twilio_status, name="status"),
    path("sms", views.twilio_sms, name="sms"),
]
# What has to stand at the root of the site.
at_the_root = [path("sw.js", views.service_worker, name="service-worker")]
