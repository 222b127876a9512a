"""The pages that everybody may open; all others belong to a class of gated pages, which the walk opens itself."""

OPEN: set[tuple[str, str]] = {
    ("GET", "/"),
    ("GET", "/up"),
    ("GET", "/css/{}"),
    ("GET", "/storage/img/{}"),
    ("GET", "/theme/{}.css"),
    ("POST", "/language"),
    ("GET", "/login"),
    ("POST", "/authenticate"),
    ("GET", "/authenticate/qrcode"),
    ("GET", "/authenticate/qrcode/{}"),
    ("GET", "/auth_tokens/auth/{}"),
    ("POST", "/auth_tokens/auth/{}"),
    ("GET", "/auth_tokens/qrcode/{}"),
    ("GET", "/logout"),
    ("POST", "/logout"),
    ("GET", "/blocked"),
    ("GET", "/wizard"),
    ("GET", "/wizard/{}"),
    ("GET", "/register"),
    ("GET", "/register/email"),
    ("GET", "/register/phone"),
    ("POST", "/accounts"),
    ("GET", "/creation_token/check/{}"),
    ("POST", "/creation_token/validate"),
    ("GET", "/recovery/email"),
    ("GET", "/recovery/phone"),
    ("GET", "/recovery/phone/{}"),
    ("POST", "/recovery"),
    ("GET", "/recovery/confirm"),
    ("POST", "/recovery/confirm"),
    ("GET", "/reset_password"),
    ("GET", "/reset_password/{}"),
    ("POST", "/reset_password"),
}

# What a class of gated pages answers to somebody who may not open them.
GATES = {
    "user page": {"anonymous": (302, "/")},
    "administrator page": {"anonymous": (302, "/login"), "user": (403, None)},
    "super administrator page": {"anonymous": (302, "/login"), "user": (403, None), "administrator": (403, None)},
}
