from alerts.views.callbacks import twilio_sms, twilio_status
from alerts.views.links import alert_link
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
    "twilio_sms",
    "twilio_status",
]
