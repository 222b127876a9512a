"""Wizard links: pages that open the app, set it up and make it act."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from django.db import transaction
from django.http import QueryDict

from flexiapi.accounts.services import provisioning_tokens
from flexiapi.auth.keys import random_text
from flexiapi.auth.scope import Caller, Origin
from flexiapi.http import dates, rules
from flexiapi.http.errors import NotFound
from flexiapi.spaces.models import Space

from . import queries
from .models import Wizard
from .serializers import ACTIONS, NewWizard

TOKEN_LENGTH = 8
_AGAIN_FOR = timedelta(minutes=10)
_KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AppLink:
    """A link that opens the app: what it does there (`call`, `show`…), and what it sets the app up from."""

    url: str
    action: str
    fetch_config: str | None = None


def create_wizard(new: NewWizard, *, by: Caller) -> Wizard:
    """Make a wizard link."""
    return Wizard.objects.create(
        token=random_text(TOKEN_LENGTH),
        account_id=by.account_id,
        provisioning_account_id=new.provisioning_account_id,
        sip=new.sip,
        linphone_action=new.linphone_action,
        linphone_use_sips=new.linphone_use_sips,
    )


def link(sip: str | None, action: str | None, *, fetch_config: str | None = None, use_sips: bool = False) -> AppLink:
    """`sip-linphone:` with the address without its scheme; headers that the address has stay first."""
    bare = (sip or "").partition(":")[2]
    action = action or "show"
    query = [f"linphone-action={action}"]
    if fetch_config is not None:
        query.append(f"linphone-fetch-config={quote(fetch_config, safe='')}")
    if use_sips:
        query.append("linphone-use-sips=true")
    joint = "&" if "?" in bare else "?"
    return AppLink(f"sip-linphone:{bare}{joint}{'&'.join(query)}", action, fetch_config)


def plain(parameters: QueryDict) -> AppLink:
    """The link of a page whose token is none: it just shows the app."""
    return link(None, None, use_sips="linphone-use-sips" in parameters)


def from_query(parameters: QueryDict) -> AppLink:
    """The link that a page without token makes of its query; what is no good in it is ignored."""
    sip = parameters.get("sip", "").strip()
    action = parameters.get("linphone-action", "")
    return link(
        sip if rules.is_sip_uri(sip) else None,
        action if action in ACTIONS else None,
        use_sips="linphone-use-sips" in parameters,
    )


@transaction.atomic
def open_wizard(
    space: Space, token: str, parameters: QueryDict, *, base_url: str, origin: Origin, dry: bool = False
) -> AppLink:
    """The link of a wizard; it is used up by the first look, and shown again while its set-up still works.

    An account's usable provisioning token is used rather than a new one, so that the QR code of the same mail
    stays good. A used wizard just shows the app. `dry` (HEAD, link previews) has no effect.

    Raises:
        NotFound: the wizard is unknown, or its account is another Space's.
    """
    wanted = "linphone-use-sips" in parameters
    if not dry:  # two first looks at once must not each issue a token: the first one's would be dead
        list(Wizard.objects.select_for_update().filter(token=token[:16]).values_list("pk", flat=True))
    wizard = queries.wizard(token)
    account = wizard.provisioning_account if wizard is not None else None
    foreign = account is not None and account.domain != space.domain
    if wizard is None or foreign:
        raise NotFound
    if _is_spent(wizard) or (account is not None and account.blocked):
        return link(None, None, use_sips=wanted)
    use_sips = wanted if wizard.linphone_use_sips is None else wizard.linphone_use_sips
    fetch = None
    if account is not None:
        current = queries.unspent_token(account.pk)
        if current is None and wizard.used_at is not None:
            return link(None, None, use_sips=wanted)
        if current is None and not dry:
            current = provisioning_tokens.issue_token(account, origin=origin).token
        fetch = f"{base_url}/provisioning/{current}" if current else None
    if wizard.used_at is None and not dry:
        Wizard.objects.filter(pk=wizard.pk, used_at=None).update(used_at=dates.now(), updated_at=dates.now())
    return link(wizard.sip, wizard.linphone_action, fetch_config=fetch, use_sips=use_sips)


def clear_used() -> int:
    """Delete the wizard links that were used up a month ago; returns how many."""
    return Wizard.objects.filter(used_at__lt=dates.now() - _KEPT_FOR).delete()[0]


def _is_spent(wizard: Wizard) -> bool:
    if wizard.used_at is None:
        return False
    return wizard.provisioning_account_id is None or dates.now() - wizard.used_at > _AGAIN_FOR
