from alerts.views.callbacks import twilio_sms, twilio_status
from alerts.views.dead_letters import dead_letter_list, dead_letter_retry, dead_letter_retry_all
from alerts.views.devices import (
    notification_device_add,
    notification_device_remove,
    notification_device_rename,
    notification_devices,
    service_worker,
)
from alerts.views.links import alert_link
from alerts.views.notifications import (
    notification_history,
    notification_history_of,
    notification_test,
    notifications,
)
from alerts.views.pages import (
    alert_acknowledge,
    alert_assign,
    alert_comment,
    alert_detail,
    alert_list,
    alert_resolve,
    alert_snooze,
    alert_unread,
)

__all__ = [
    "alert_acknowledge",
    "alert_assign",
    "alert_comment",
    "alert_detail",
    "alert_link",
    "alert_list",
    "alert_resolve",
    "alert_snooze",
    "alert_unread",
    "dead_letter_list",
    "dead_letter_retry",
    "dead_letter_retry_all",
    "notification_device_add",
    "notification_device_remove",
    "notification_device_rename",
    "notification_devices",
    "notification_history",
    "notification_history_of",
    "notification_test",
    "notifications",
    "service_worker",
    "twilio_sms",
    "twilio_status",
]
