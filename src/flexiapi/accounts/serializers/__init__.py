"""Inputs of the accounts room."""

from .accounts import (
    DTMF_PROTOCOLS,
    AccountChange,
    AccountFields,
    AdministratorsChange,
    AdministratorsNewAccount,
    NewAccount,
    NewPassword,
    PasswordChange,
    RegisteredAccount,
    TokenRegistration,
    phone_field,
    username_field,
)

__all__ = [
    "DTMF_PROTOCOLS",
    "AccountChange",
    "AccountFields",
    "AdministratorsChange",
    "AdministratorsNewAccount",
    "NewAccount",
    "NewPassword",
    "PasswordChange",
    "RegisteredAccount",
    "TokenRegistration",
    "phone_field",
    "username_field",
]
