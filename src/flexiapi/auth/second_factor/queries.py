"""Reads of second factors, of one account each."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flexiapi.accounts.models import Account, Password
from flexiapi.auth.models import FactorRecoveryCode, Passkey, TotpSecret
from flexiapi.config import instance


@dataclass(frozen=True, slots=True)
class State:
    """Which factors an account has."""

    totp_since: datetime | None
    passkeys: list[Passkey]
    recovery_codes: int
    """How many are left."""

    @property
    def is_set_up(self) -> bool:
        """Whether there is any."""
        return self.totp_since is not None or bool(self.passkeys)


def state(account_id: int) -> State:
    """The factors of an account."""
    secret = confirmed_totp(account_id)
    return State(
        totp_since=secret.confirmed_at if secret is not None else None,
        passkeys=passkeys(account_id),
        recovery_codes=recovery_codes_left(account_id),
    )


def is_set_up(account_id: int) -> bool:
    """Whether an account has a second factor."""
    return (
        TotpSecret.objects.filter(account_id=account_id, confirmed_at__isnull=False).exists()
        or Passkey.objects.filter(account_id=account_id).exists()
    )


def confirmed_totp(account_id: int) -> TotpSecret | None:
    """The secret that codes of an account are checked with."""
    return TotpSecret.objects.filter(account_id=account_id, confirmed_at__isnull=False).first()


def unconfirmed_totp(account_id: int) -> TotpSecret | None:
    """The secret that an account was shown and has not confirmed yet."""
    return TotpSecret.objects.filter(account_id=account_id, confirmed_at=None).first()


def passkeys(account_id: int, *, host: str | None = None) -> list[Passkey]:
    """The passkeys of an account, the oldest first; those of one host if it is given."""
    rows = Passkey.objects.filter(account_id=account_id)
    return list((rows if host is None else rows.filter(host=host)).order_by("id"))


def own_passkey(account_id: int, passkey_id: int) -> Passkey | None:
    """One passkey of an account."""
    return Passkey.objects.filter(account_id=account_id, pk=passkey_id).first()


def passkey(domain: str, credential_hash: str, *, host: str) -> Passkey | None:
    """A passkey of some account of a Space, with that account."""
    rows = Passkey.objects.select_related("account")
    return rows.filter(credential_hash=credential_hash, host=host, account__space__domain=domain).first()


def recovery_codes_left(account_id: int) -> int:
    """How many recovery codes an account has."""
    return FactorRecoveryCode.objects.filter(account_id=account_id).count()


def hold(account_id: int) -> bool:
    """Lock an account's row until the transaction ends, so that its factors change one after the other."""
    return Account.objects.select_for_update().filter(pk=account_id).first() is not None


def password_stamp(account_id: int) -> str:
    """What stays the same as long as the passwords of an account do."""
    stored = Password.objects.filter(account_id=account_id).order_by("algorithm").values_list("algorithm", "password")
    text = "\n".join(f"{algorithm} {password}" for algorithm, password in stored)
    return hmac.new(instance.current().derived_key("password stamp"), text.encode(), sha256).hexdigest()
