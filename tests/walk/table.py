"""Every route with every method that it answers, by who may: a new route needs a row here."""

from typing import Any

from .rows import MISSING, Row, delete, get, patch, post, put
from .world import CALLERS, VCARD, World

_MOMENT = "2026-11-20T10:00:00Z"
_NEW = {"username": "walker", "password": "s3cret"}
_FORWARDING = {"type": "busy", "forward_to": "sip_uri", "sip_uri": "sip:elsewhere@example.net", "enabled": False}
_EXTERNAL = {"username": "x", "domain": "sip.example.net", "protocol": "UDP", "password": "p"}
_CREDENTIALS = {"username": "u", "password": "p", "realm": "r", "algorithm": "MD5"}
_SLOT = {"content_type": "audio/wav"}
_SERVER = {"host": "mail.example.org", "port": 25}
_PUSH = {"pn_provider": "fcm", "pn_param": "ABCD1234.org.example", "pn_prid": "token:1"}
_LIST = {"title": "Another", "description": "list"}
_ACTION = {"key": "light", "code": "2"}
_CARDDAV = {"uri": "https://dav.example.org/"}
_PROVISIONING = {"X-Linphone-Provisioning": "1"}

_SPACE_SWITCHES = (
    "super web_panel carddav_user_credentials public_registration phone_registration intercom_features "
    "custom_provisioning_overwrite_all disable_chat_feature disable_meetings_feature disable_broadcast_feature "
    "disable_call_recordings_feature hide_settings hide_account_settings only_display_sip_uri_username "
    "assistant_hide_create_account assistant_disable_qr_code assistant_hide_third_party_account"
)


def _whole_space(world: World) -> dict[str, Any]:
    switches = dict.fromkeys(_SPACE_SWITCHES.split(), False)
    return {"name": world.space.name, "host": world.space.host, "max_accounts": 0, "max_account": 0, **switches}


def _new_vcard(world: World) -> dict[str, str]:
    return {"vcard": VCARD.format(uid="urn:uuid:00000000-0000-4000-8000-000000000001")}


def _same_vcard(world: World) -> dict[str, str]:
    return {"vcard": VCARD.format(uid=world.values["card_uuid"])}


PUBLIC: list[Row] = [
    get("/api/openapi.json"),
    get("/api/docs"),
    get("/api/ping"),
    get("/api/phone_countries"),
    get("/api/accounts/me/api_key/{attached_token}"),
    post("/api/accounts/me/api_key/{attached_token}"),
    post("/api/accounts/auth_token", 201),
    post("/api/account_creation_request_tokens", 201),
    # No pusher is configured.
    post("/api/account_creation_tokens/send-by-push", (503, "Token not sent"), body=_PUSH),
    post(
        "/api/account_creation_tokens/using-account-creation-request-token",
        201,
        body=lambda world: {"account_creation_request_token": world.values["request_token"]},
    ),
    post(
        "/api/accounts/with-account-creation-token",
        body=lambda world: {**_NEW, "account_creation_token": world.values["creation_token"]},
    ),
    post("/api/account_recovery_tokens/send-by-push", (503, "Token not sent"), body=_PUSH),
    # These are there with APP_DANGEROUS_ENDPOINTS only.
    post("/api/accounts/public", (404, "The route api/accounts/public could not be found.")),
    post("/api/accounts/recover-by-phone", (404, "The route api/accounts/recover-by-phone could not be found.")),
    get("/api/accounts/{sip}/info", 404),
    get("/api/accounts/{phone}/info-by-phone", 404),
    get("/api/accounts/{sip}/recover/{key}", 404),
    post("/api/accounts/{sip}/activate/email", 404),
    post("/api/accounts/{sip}/activate/phone", 404),
    # The place of a voicemail that has not been uploaded yet.
    get("/f/{file_id}/voicemail.wav", 404),
    get("/f/{file_id}/voicemail.wav/download", 404),
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
    get("/api/accounts/me/api_key"),
    post("/api/accounts/me/api_key"),
    get("/api/accounts/auth_token/{free_token}/attach"),
    post("/api/accounts/auth_token/{free_token}/attach"),
    post(
        "/api/account_creation_tokens/consume",
        body=lambda world: {"account_creation_token": world.values["creation_token"]},
    ),
    post("/api/push_notification", (503, "Push notification not sent"), body={**_PUSH, "type": "background"}),
    post("/api/accounts/me/email/request", (403, "Account unvalidated"), body={"email": "new@example.org"}),
    post("/api/accounts/me/email", MISSING, body={"code": "1234"}),
    post("/api/accounts/me/phone/request", (403, "Account unvalidated"), body={"phone": "+33612345678"}),
    post("/api/accounts/me/phone", MISSING, body={"code": "1234"}),
    get("/api/accounts/me/devices"),
    get("/api/accounts/me/devices/{uuid}", 404),
    delete("/api/accounts/me/devices/{uuid}"),
    get("/api/accounts/me/call_forwardings"),
    post("/api/accounts/me/call_forwardings", 201, body=_FORWARDING),
    get("/api/accounts/me/call_forwardings/{forwarding_id}", others=MISSING),
    put("/api/accounts/me/call_forwardings/{forwarding_id}", body={**_FORWARDING, "type": "always"}, others=MISSING),
    patch("/api/accounts/me/call_forwardings/{forwarding_id}", body={**_FORWARDING, "type": "always"}, others=MISSING),
    delete("/api/accounts/me/call_forwardings/{forwarding_id}", others=200),
    get("/api/accounts/me/voicemails"),
    post("/api/accounts/me/voicemails", 201, body=_SLOT, others=422),
    get("/api/accounts/me/voicemails/{file_id}", others=MISSING),
    delete("/api/accounts/me/voicemails/{file_id}", others=200),
    get("/api/accounts/me/services/turn", (404, "No TURN service configured")),
    get("/api/accounts/me/statistics/calls"),
    get("/api/accounts/me/contacts"),
    get("/api/accounts/me/contacts/{contact_sip}", others=MISSING),
    get("/api/accounts/me/vcards-storage"),
    post("/api/accounts/me/vcards-storage", 201, body=_new_vcard),
    get("/api/accounts/me/vcards-storage/{card_uuid}", others=MISSING),
    put("/api/accounts/me/vcards-storage/{card_uuid}", body=_same_vcard, others=MISSING),
    patch("/api/accounts/me/vcards-storage/{card_uuid}", body=_same_vcard, others=MISSING),
    delete("/api/accounts/me/vcards-storage/{card_uuid}", others=MISSING),
    get("/contacts/vcard"),
    get("/contacts/vcard/{contact_sip}", others=MISSING),
    get("/vcards-storage"),
    get("/vcards-storage/{card_uuid}", others=MISSING),
    get("/provisioning/me", headers=_PROVISIONING),
]

ADMINISTRATOR: list[Row] = [
    post("/api/wizard", 201, body=lambda world: {"provisioning_account_id": world.owner.pk}, at_home=422),
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
    post("/api/accounts/{account_id}/send_provisioning_email", at_home=MISSING),
    post("/api/accounts/{account_id}/send_reset_password_email", at_home=MISSING),
    get("/api/accounts/{account_id}/sessions", at_home=MISSING),
    delete("/api/accounts/{account_id}/sessions", at_home=MISSING),
    get("/api/accounts/{account_id}/second_factor", at_home=MISSING),
    delete("/api/accounts/{account_id}/second_factor", at_home=MISSING),
    delete("/api/accounts/{account_id}/sessions/{session}", at_home=MISSING),
    get("/api/audit"),
    get("/api/deliveries"),
    get("/api/deliveries/{delivery_id}", at_home=MISSING),
    post("/api/deliveries/{delivery_id}/resend", at_home=MISSING),
    post("/api/account_creation_tokens", 201),
    get("/api/accounts/{sip}/search", at_home=(404, "SIP address not found")),
    get("/api/accounts/{email}/search-by-email", at_home=(404, "Email address not found")),
    get("/api/resolve/{sip}", at_home=(404, "SIP address not found")),
    get("/api/accounts/{account_id}/devices", at_home=MISSING),
    get("/api/accounts/{account_id}/devices/{uuid}", 404, at_home=MISSING),
    delete("/api/accounts/{account_id}/devices/{uuid}", at_home=MISSING),
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
    get("/api/accounts/{account_id}/contacts", at_home=MISSING),
    get("/api/accounts/{account_id}/contacts/{contact_id}", at_home=MISSING),
    post("/api/accounts/{account_id}/contacts/{stranger_id}", at_home=MISSING),
    delete("/api/accounts/{account_id}/contacts/{contact_id}", at_home=MISSING),
    post("/api/accounts/{account_id}/contacts_lists/{other_list_id}", at_home=MISSING),
    delete("/api/accounts/{account_id}/contacts_lists/{list_id}", at_home=MISSING),
    get("/api/accounts/{account_id}/vcards-storage", at_home=MISSING),
    post("/api/accounts/{account_id}/vcards-storage", 201, body=_new_vcard, at_home=MISSING),
    get("/api/accounts/{account_id}/vcards-storage/{card_uuid}", at_home=MISSING),
    put("/api/accounts/{account_id}/vcards-storage/{card_uuid}", body=_same_vcard, at_home=MISSING),
    patch("/api/accounts/{account_id}/vcards-storage/{card_uuid}", body=_same_vcard, at_home=MISSING),
    delete("/api/accounts/{account_id}/vcards-storage/{card_uuid}", at_home=MISSING),
    get("/api/contacts_lists"),
    post("/api/contacts_lists", 201, body=_LIST),
    get("/api/contacts_lists/{list_id}", at_home=MISSING),
    put("/api/contacts_lists/{list_id}", body=_LIST, at_home=MISSING),
    patch("/api/contacts_lists/{list_id}", body=_LIST, at_home=MISSING),
    delete("/api/contacts_lists/{list_id}", at_home=200),
    post("/api/contacts_lists/{list_id}/contacts/{stranger_id}", at_home=MISSING),
    delete("/api/contacts_lists/{list_id}/contacts/{contact_id}", at_home=MISSING),
    # Account types are the same for all Spaces.
    get("/api/account_types"),
    post("/api/account_types", 201, body={"key": "another"}),
    get("/api/account_types/{type_id}"),
    put("/api/account_types/{type_id}", body={"key": "another"}),
    patch("/api/account_types/{type_id}", body={"key": "another"}),
    delete("/api/account_types/{type_id}"),
    post("/api/accounts/{account_id}/types/{other_type_id}", at_home=MISSING),
    delete("/api/accounts/{account_id}/types/{type_id}", at_home=MISSING),
    get("/api/accounts/{account_id}/actions", at_home=MISSING),
    post("/api/accounts/{account_id}/actions", 201, body=_ACTION, at_home=MISSING),
    get("/api/accounts/{account_id}/actions/{action_id}", at_home=MISSING),
    put("/api/accounts/{account_id}/actions/{action_id}", body=_ACTION, at_home=MISSING),
    patch("/api/accounts/{account_id}/actions/{action_id}", body=_ACTION, at_home=MISSING),
    delete("/api/accounts/{account_id}/actions/{action_id}", at_home=MISSING),
    get("/api/accounts/{account_id}/dictionary", at_home=MISSING),
    delete("/api/accounts/{account_id}/dictionary", at_home=MISSING),
    get("/api/accounts/{account_id}/dictionary/{key}", at_home=MISSING),
    post("/api/accounts/{account_id}/dictionary/{key}", 201, body={"value": "green"}, at_home=MISSING),
    delete("/api/accounts/{account_id}/dictionary/{key}", at_home=MISSING),
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
    post("/api/phone_countries/{code}/activate"),
    post("/api/phone_countries/{code}/deactivate"),
    get("/api/spaces"),
    post("/api/spaces", 201, body={"name": "Walk", "domain": "walk.example.org", "host": "walk.example.org"}),
    get("/api/spaces/{domain}"),
    put("/api/spaces/{domain}", body=_whole_space),
    patch("/api/spaces/{domain}", body=_whole_space),
    delete("/api/spaces/{domain}"),
    post("/api/spaces/{domain}/logo", 422),
    delete("/api/spaces/{domain}/logo"),
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
