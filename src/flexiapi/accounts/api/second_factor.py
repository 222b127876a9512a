"""The second factor of an account in the portal, for its administrators."""

from django.http import HttpResponse

from flexiapi.accounts import queries
from flexiapi.auth.access import AdministratorView, ApiRequest
from flexiapi.auth.second_factor import queries as factors
from flexiapi.auth.second_factor import removal
from flexiapi.http import replies
from flexiapi.http.openapi import describe
from flexiapi.http.routing import path
from flexiapi.http.schemas import BOOLEAN, INTEGER, obj

_STATE = obj({"authenticator_app": BOOLEAN, "passkeys": INTEGER, "recovery_codes": INTEGER})


class AccountSecondFactor(AdministratorView):
    """What the portal asks an account for besides its password."""

    @describe("Show whether an account has a second factor", ok={200: _STATE}, errors=(404,))
    def get(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """Which kinds it has, and how many recovery codes are left."""
        state = factors.state(queries.account(request.scope, account_id).pk)
        return replies.json(
            {
                "authenticator_app": state.totp_since is not None,
                "passkeys": len(state.passkeys),
                "recovery_codes": state.recovery_codes,
            }
        )

    @describe("Take the second factor of an account away", errors=(404,))
    def delete(self, request: ApiRequest, account_id: int) -> HttpResponse:
        """The authenticator app, all passkeys and the recovery codes; the password is enough again."""
        account = queries.account(request.scope, account_id)
        removal.reset(account, by=request.caller, origin=request.origin)
        return replies.empty()


routes = [path("accounts/<id:account_id>/second_factor", AccountSecondFactor.as_view())]
