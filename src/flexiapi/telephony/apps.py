from django.apps import AppConfig


class TelephonyConfig(AppConfig):
    name = "flexiapi.telephony"
