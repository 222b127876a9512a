"""The pages of the portal, by what people come for."""

from . import account, addresses, frame, login, qr_login, recovery, registration, wizard

routes = [
    *frame.routes,
    *login.routes,
    *registration.routes,
    *recovery.routes,
    *qr_login.routes,
    *account.routes,
    *addresses.routes,
    *wizard.routes,
]
