"""Schemas of the provisioning resources' JSON."""

from flexiapi.http.schemas import BOOLEAN, INTEGER, STRING, choice, component, nullable, obj

WIZARD = component(
    "Wizard",
    obj(
        {
            "provisioning_account_id": nullable(INTEGER),
            "sip": nullable(STRING),
            "linphone_action": nullable(choice("call", "show", "bye", "accept", "decline")),
            "linphone_use_sips": nullable(BOOLEAN),
            "token": STRING,
            "url": STRING,
        },
        text="A link that opens the app, sets it up and makes it act.",
    ),
)
