"""The account resources of the API, a module a kind of caller or flow."""

from . import administration, countries, former, lookup, own, second_factor, sessions, tokens

routes = [
    *lookup.routes,
    *countries.routes,
    *tokens.routes,
    *own.routes,
    *administration.routes,
    *sessions.routes,
    *second_factor.routes,
    *former.routes,
]
