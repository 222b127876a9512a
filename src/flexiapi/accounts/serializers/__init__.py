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
    administrators_context,
    phone_field,
    username_field,
)
from .imported import ImportedAccount

__all__ = [
    "DTMF_PROTOCOLS",
    "AccountChange",
    "AccountFields",
    "AdministratorsChange",
    "AdministratorsNewAccount",
    "ImportedAccount",
    "NewAccount",
    "NewPassword",
    "PasswordChange",
    "RegisteredAccount",
    "TokenRegistration",
    "administrators_context",
    "phone_field",
    "username_field",
]
