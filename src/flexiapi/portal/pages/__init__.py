"""The pages of the portal, by what people come for."""

from . import account, frame, login

routes = [*frame.routes, *login.routes, *account.routes]
