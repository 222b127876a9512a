"""What is measured, with its budgets."""

from typing import Any

from benchmarks.load import Route

BUDGETS = {
    "H1 GET /api/accounts/me": 2.0,
    "H2 GET /provisioning/me (Digest)": 3.0,
    "H3 GET /api/resolve/{sip}": 2.5,
    "H3 GET /api/accounts/{sip}/search": 2.5,
    "H4 POST /api/statistics/calls": 2.5,
    "H4 PATCH /api/statistics/calls/{id}/devices/{d}": 2.5,
    "H4 POST /api/statistics/messages": 2.5,
    "H5 GET /provisioning": 3.0,
}

ABSOLUTE = {"H9 POST /api/accounts": 10.0, "GET /dashboard": 15.0}
"""Routes with their budgets of CPU time in milliseconds, of which there is no bare function."""


def routes(data: dict[str, Any]) -> list[Route]:
    """What is measured."""
    sip = f"{data['username']}@{data['host']}"
    user, admin = {"x-api-key": data["user_key"]}, {"x-api-key": data["admin_key"]}
    json_of = {"accept": "application/json", "content-type": "application/json", "content-length": "0"}
    reports = {"accept": "application/json", "content-type": "application/json"}
    names = list(BUDGETS)
    return [
        Route(names[0], "/api/accounts/me", {**user, **json_of}),
        Route(
            names[1],
            "/provisioning/me",
            {"X-Linphone-Provisioning": "1", "From": f"sip:{sip}"},
            digest=(data["username"], data["host"], data["ha1"]),
        ),
        Route(names[2], f"/api/resolve/{sip}", {**admin, **json_of}),
        Route(names[3], f"/api/accounts/{sip}/search", {**admin, **json_of}),
        Route(names[4], "", {**admin, **reports}, method="POST", each=new_call),
        Route(names[5], "", {**admin, **reports}, method="PATCH", each=device_of_call),
        Route(names[6], "", {**admin, **reports}, method="POST", each=new_message),
        Route(names[7], "/provisioning", {"X-Linphone-Provisioning": "1"}),
    ]


def absolute(data: dict[str, Any]) -> list[Route]:
    """The routes of `ABSOLUTE`: an administrator makes accounts, somebody who is logged in opens a page."""
    creation, dashboard = ABSOLUTE
    key = {"x-api-key": data["admin_key"], "accept": "application/json", "content-type": "application/json"}
    return [
        Route(creation, "", key, method="POST", each=new_account),
        Route(dashboard, "/dashboard", {"Cookie": data["cookie"], "Accept": "text/html"}),
    ]


def new_account(number: int) -> tuple[str, bytes]:
    """An account as an operator's script makes it."""
    return "/api/accounts", f'{{"username":"new{number}","password":"a long s3cret","activated":true}}'.encode()


def new_call(number: int) -> tuple[str, bytes]:
    """A call as Flexisip 2.7 reports it."""
    body = (
        f'{{"conference_id":null,"devices":{{}},"ended_at":null,"from":"user1@sip.example.org","id":"{number:064x}",'
        f'"initiated_at":"2026-07-21T17:32:28Z","sip_call_id":"x{number}@192.0.2.1","to":"user2@sip.example.org"}}'
    )
    return "/api/statistics/calls", body.encode()


def device_of_call(number: int) -> tuple[str, bytes]:
    """What a new device did with the one call that the data has."""
    return f'/api/statistics/calls/{"0" * 64}/devices/"<urn:uuid:{number:032x}>"', b'{"rang_at":"2026-07-21T18:32:28Z"}'


def new_message(number: int) -> tuple[str, bytes]:
    """A message as Flexisip 2.7 reports it."""
    body = (
        f'{{"conference_id":null,"encrypted":false,"from":"user1@sip.example.org","id":"{number:064x}",'
        '"sent_at":"2026-07-21T17:32:28Z","to":{"user2@sip.example.org":{"dev":null}}}'
    )
    return "/api/statistics/messages", body.encode()
