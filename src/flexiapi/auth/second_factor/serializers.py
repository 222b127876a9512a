"""What the forms of second factors send."""

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from flexiapi.http.fields import Text
from flexiapi.http.serializers import Input

LONGEST_CREDENTIAL = 16_384
"""What a browser says about a passkey, as JSON; a kilobyte or two are usual."""


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code of an authenticator app, or a recovery code."""

    one_time_code: str


class OneTimeCodeForm(Input[OneTimeCode]):
    """The second step of logging in."""

    shape: ClassVar[type] = OneTimeCode

    one_time_code = Text(longest=64, required=True)


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that the owner of the account sits in front of the screen; None where nothing was asked for."""

    current_password: str | None = None


_Proof = TypeVar("_Proof", bound=Proof)


class ProofFields(Input[_Proof], Generic[_Proof]):
    """What all changes share that need a proof.

    Context: `asks_for_proof`.
    """

    current_password = Text(longest=1024)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.context.get("asks_for_proof"):
            self.fields["current_password"] = Text(longest=1024, required=True)


@dataclass(frozen=True, slots=True)
class AnyProof(Proof):
    """The same, or a passkey that was just used."""

    credential: str | None = None


class ProofForm(ProofFields[AnyProof]):
    """A change that needs nothing but a proof."""

    shape: ClassVar[type] = AnyProof

    credential = Text(longest=LONGEST_CREDENTIAL)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial_data.get("credential"):
            self.fields["current_password"] = Text(longest=1024)


@dataclass(frozen=True, slots=True)
class AppConfirmation(Proof):
    """The first code of an authenticator app."""

    one_time_code: str = ""


class AppConfirmationForm(ProofFields[AppConfirmation]):
    """The end of setting up an authenticator app."""

    shape: ClassVar[type] = AppConfirmation

    one_time_code = Text(longest=16, required=True)


@dataclass(frozen=True, slots=True)
class UsedPasskey:
    """What an authenticator has signed, as JSON."""

    credential: str


class UsedPasskeyForm(Input[UsedPasskey]):
    """A passkey in place of a code, or of everything."""

    shape: ClassVar[type] = UsedPasskey

    credential = Text(longest=LONGEST_CREDENTIAL, required=True)


@dataclass(frozen=True, slots=True)
class NewPasskey(Proof):
    """A passkey that a browser has just made, and what its owner calls it."""

    name: str = ""
    credential: str = ""


class NewPasskeyForm(ProofFields[NewPasskey]):
    """A passkey to add."""

    shape: ClassVar[type] = NewPasskey

    name = Text(longest=64, required=True)
    credential = Text(longest=LONGEST_CREDENTIAL, required=True)
