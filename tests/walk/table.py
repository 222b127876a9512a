"""Every route with every method that it answers, by who may: a new route needs a row here."""

from typing import Any

from .rows import MISSING, Row, delete, get, patch, post, put
from .world import CALLERS

_MOMENT = "2026-11-20T10:00:00Z"
_NEW = {"username": "walker", "password": "s3cret"}
_FORWARDING = {"type": "busy", "forward_to": "sip_uri", "sip_uri": "sip:elsewhere@example.net", "enabled": True}
_EXTERNAL = {"username": "x", "domain": "sip.example.net", "protocol": "UDP", "password": "p"}
_CREDENTIALS = {"username": "u", "password": "p", "realm": "r", "algorithm": "MD5"}
_SLOT = {"content_type": "audio/wav"}
_SERVER = {"host": "mail.example.org", "port": 25}
_CARDDAV = {"uri": "https://dav.example.org/"}
_PROVISIONING = {"X-Linphone-Provisioning": "1"}

_SPACE_SWITCHES = (
    "super web_panel carddav_user_credentials public_registration phone_registration intercom_features "
    "custom_provisioning_overwrite_all disable_chat_feature disable_meetings_feature disable_broadcast_feature "
    "disable_call_recordings_feature hide_settings hide_account_settings only_display_sip_uri_username "
    "assistant_hide_create_account assistant_disable_qr_code assistant_hide_third_party_account"
)


def _whole_space(world: Any) -> dict[str, Any]:
    switches = dict.fromkeys(_SPACE_SWITCHES.split(), False)
    return {"name": world.space.name, "host": world.space.host, "max_accounts": 0, "max_account": 0, **switches}


PUBLIC: list[Row] = [
    get("/api/openapi.json"),
    get("/api/docs"),
    get("/api/ping"),
    get("/api/phone_countries"),
    get("/provisioning", headers=_PROVISIONING),
    get("/provisioning/{provisioning_token}", headers=_PROVISIONING),
    get("/provisioning/auth_token/{attached_token}", headers=_PROVISIONING),
    get("/provisioning/qrcode/{provisioning_token}"),
]

USER: list[Row] = [
    get("/api/accounts/me"),
    delete("/api/accounts/me"),
    get("/api/accounts/me/provision"),
    post("/api/accounts/me/provision"),
    post("/api/accounts/me/password", body={"password": "an0ther", "old_password": "s3cret"}),
    get("/api/accounts/me/devices"),
    get("/api/accounts/me/devices/{uuid}", 404),
    delete("/api/accounts/me/devices/{uuid}", 503),
    get("/api/accounts/me/call_forwardings"),
    post("/api/accounts/me/call_forwardings", 201, body=_FORWARDING),
    get("/api/accounts/me/call_forwardings/{forwarding_id}", others=MISSING),
    put("/api/accounts/me/call_forwardings/{forwarding_id}", body={**_FORWARDING, "type": "always"}, others=MISSING),
    patch("/api/accounts/me/call_forwardings/{forwarding_id}", body={**_FORWARDING, "type": "always"}, others=MISSING),
    delete("/api/accounts/me/call_forwardings/{forwarding_id}", others=MISSING),
    get("/api/accounts/me/voicemails"),
    post("/api/accounts/me/voicemails", 201, body=_SLOT, others=422),
    get("/api/accounts/me/voicemails/{file_id}", others=MISSING),
    delete("/api/accounts/me/voicemails/{file_id}", others=MISSING),
    get("/api/accounts/me/services/turn", (404, "No TURN service configured")),
    get("/api/accounts/me/statistics/calls"),
    get("/provisioning/me", headers=_PROVISIONING),
]

ADMINISTRATOR: list[Row] = [
    get("/api/accounts"),
    post("/api/accounts", body=_NEW),
    get("/api/accounts/{account_id}", at_home=MISSING),
    put("/api/accounts/{account_id}", body={"username": "walker"}, at_home=MISSING),
    delete("/api/accounts/{account_id}", at_home=MISSING),
    post("/api/accounts/{account_id}/activate", at_home=MISSING),
    post("/api/accounts/{account_id}/deactivate", at_home=MISSING),
    post("/api/accounts/{account_id}/block", at_home=MISSING),
    post("/api/accounts/{account_id}/unblock", at_home=MISSING),
    get("/api/accounts/{account_id}/provision", at_home=MISSING),
    post("/api/accounts/{account_id}/provision", at_home=MISSING),
    get("/api/accounts/{sip}/search", at_home=(404, "SIP address not found")),
    get("/api/accounts/{email}/search-by-email", at_home=(404, "Email address not found")),
    get("/api/resolve/{sip}", at_home=(404, "SIP address not found")),
    get("/api/accounts/{account_id}/devices", at_home=MISSING),
    get("/api/accounts/{account_id}/devices/{uuid}", 404, at_home=MISSING),
    delete("/api/accounts/{account_id}/devices/{uuid}", 503, at_home=MISSING),
    get("/api/accounts/{account_id}/call_forwardings", at_home=MISSING),
    post("/api/accounts/{account_id}/call_forwardings", 201, body=_FORWARDING, at_home=MISSING),
    get("/api/accounts/{account_id}/call_forwardings/{forwarding_id}", at_home=MISSING),
    put(
        "/api/accounts/{account_id}/call_forwardings/{forwarding_id}",
        body={**_FORWARDING, "type": "always"},
        at_home=MISSING,
    ),
    patch(
        "/api/accounts/{account_id}/call_forwardings/{forwarding_id}",
        body={**_FORWARDING, "type": "always"},
        at_home=MISSING,
    ),
    delete("/api/accounts/{account_id}/call_forwardings/{forwarding_id}", at_home=MISSING),
    post("/api/accounts/{account_id}/voicemails", 201, body=_SLOT, at_home=MISSING),
    delete("/api/accounts/{account_id}/voicemails/{file_id}", at_home=MISSING),
    post("/api/files/{file_id}", 422, at_home=MISSING),
    get("/api/accounts/{account_id}/external", at_home=MISSING),
    post("/api/accounts/{account_id}/external", body=_EXTERNAL, at_home=MISSING),
    delete("/api/accounts/{account_id}/external", at_home=MISSING),
    get("/api/accounts/{account_id}/carddavs", at_home=MISSING),
    get("/api/accounts/{account_id}/carddavs/{server_id}", at_home=MISSING),
    put("/api/accounts/{account_id}/carddavs/{server_id}", body=_CREDENTIALS, at_home=MISSING),
    patch("/api/accounts/{account_id}/carddavs/{server_id}", body=_CREDENTIALS, at_home=MISSING),
    delete("/api/accounts/{account_id}/carddavs/{server_id}", at_home=MISSING),
    get("/api/accounts/{account_id}/statistics/calls", at_home=MISSING),
    # Without a daemon there is no such route, for nobody.
    post("/api/messages", cells=dict.fromkeys(CALLERS, (404, "The route api/messages could not be found."))),
]


def _reports(prefix: str) -> list[Row]:
    """Flexisip's reports name things of all Spaces: every administrator may send them."""
    event = {"type": "added", "at": _MOMENT}
    conference = f"/api/{prefix}/conferences/{{conference_id}}"
    return [
        post(
            f"/api/{prefix}/messages",
            body={"id": "m", "from": "a@sip.example.org", "sent_at": _MOMENT, "encrypted": False, "to": {}},
        ),
        patch(
            f"/api/{prefix}/messages/{{message_id}}/to/{{to}}/devices/{{device_id}}",
            201,
            body={"last_status": 200, "received_at": _MOMENT},
        ),
        post(
            f"/api/{prefix}/calls",
            body={"id": "c", "from": "a@sip.example.org", "to": "b@sip.example.org", "initiated_at": _MOMENT},
        ),
        patch(f"/api/{prefix}/calls/{{call_id}}", body={"ended_at": _MOMENT}),
        patch(f"/api/{prefix}/calls/{{call_id}}/devices/{{device_id}}", 201, body={"rang_at": _MOMENT}),
        post(f"/api/{prefix}/conferences", body={"id": "f", "created_at": _MOMENT}),
        patch(conference, body={"ended_at": _MOMENT}),
        post(f"{conference}/participants/{{uri}}/events", 201, body=event),
        post(
            f"{conference}/participants/{{uri}}/devices/{{device_id}}/events",
            201,
            body={"type": "joined", "at": _MOMENT},
        ),
    ]


ADMINISTRATOR += [*_reports("statistics"), *_reports("stats")]

SUPER_ADMINISTRATOR: list[Row] = [
    get("/api/spaces"),
    post("/api/spaces", 201, body={"name": "Walk", "domain": "walk.example.org", "host": "walk.example.org"}),
    get("/api/spaces/{domain}"),
    put("/api/spaces/{domain}", body=_whole_space),
    patch("/api/spaces/{domain}", body=_whole_space),
    delete("/api/spaces/{domain}"),
    get("/api/spaces/{domain}/email"),
    post("/api/spaces/{domain}/email", body=_SERVER),
    delete("/api/spaces/{domain}/email"),
    get("/api/spaces/{domain}/carddavs"),
    post("/api/spaces/{domain}/carddavs", body=_CARDDAV),
    get("/api/spaces/{domain}/carddavs/{server_id}"),
    put("/api/spaces/{domain}/carddavs/{server_id}", body=_CARDDAV),
    patch("/api/spaces/{domain}/carddavs/{server_id}", body=_CARDDAV),
    delete("/api/spaces/{domain}/carddavs/{server_id}"),
]

TABLE: dict[str, list[Row]] = {
    "public": PUBLIC,
    "user": USER,
    "administrator": ADMINISTRATOR,
    "super administrator": SUPER_ADMINISTRATOR,
}
