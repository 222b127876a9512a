"""The pages of the portal, by what people come for."""

from . import (
    about,
    account,
    addresses,
    call_logs,
    components,
    confirmation,
    devices,
    documentation,
    frame,
    login,
    oidc,
    passkeys,
    proving,
    qr_login,
    recovery,
    registration,
    second_factor,
    second_login,
    space_oidc,
    spaces,
    telephony,
    wizard,
)

routes = [
    *frame.routes,
    *login.routes,
    *second_login.routes,
    *oidc.routes,
    *registration.routes,
    *recovery.routes,
    *qr_login.routes,
    *account.routes,
    *second_factor.routes,
    *passkeys.routes,
    *proving.routes,
    *addresses.routes,
    *telephony.routes,
    *devices.routes,
    *call_logs.routes,
    *confirmation.routes,
    *about.routes,
    *documentation.routes,
    *wizard.routes,
    *components.routes,
    *spaces.routes,
    *space_oidc.routes,
]

# `provisioning/documentation` is no provisioning token.
routes_before_provisioning = documentation.routes_before_provisioning
