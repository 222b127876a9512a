"""The pages of the portal, by what people come for."""

from . import frame, login

routes = [*frame.routes, *login.routes]
