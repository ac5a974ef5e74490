from alerts.views.callbacks import twilio_sms, twilio_status
from alerts.views.pages import alert_acknowledge, alert_detail, alert_list

__all__ = ["alert_acknowledge", "alert_detail", "alert_list", "twilio_sms", "twilio_status"]
