"""Secrets that have to be read again, sealed with keys derived from `APP_KEY`: the database alone gives none away."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from flexiapi.config import instance


def seal(purpose: str, secret: bytes) -> str:
    """A secret as it may be stored; `purpose` names the key (AES-128-CBC with HMAC)."""
    return _keys(purpose).encrypt(secret).decode()


def opened(purpose: str, sealed: str) -> bytes | None:
    """The secret; None where it was sealed with a key that is none of `APP_KEY` and `APP_PREVIOUS_KEYS`."""
    try:
        return _keys(purpose).decrypt(sealed)
    except InvalidToken:
        return None


def _keys(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in instance.current().derived_keys(purpose)])
