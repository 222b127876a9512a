"""What becomes of an account's traces when it is gone."""

from flexiapi.db.statements import Statement

_RECEIVED_CALLS = Statement(
    """DELETE FROM statistics_calls
        WHERE to_username = %(username)s AND to_domain = %(domain)s
          AND NOT EXISTS (SELECT 1 FROM accounts a
                           WHERE a.username = statistics_calls.from_username
                             AND a.domain = statistics_calls.from_domain)"""
)
_RECEIVED_MESSAGES = Statement(
    """DELETE FROM statistics_message_devices
        WHERE to_username = %(username)s AND to_domain = %(domain)s
          AND NOT EXISTS (SELECT 1 FROM statistics_messages m
                            JOIN accounts a ON a.username = m.from_username AND a.domain = m.from_domain
                           WHERE m.id = statistics_message_devices.message_id)"""
)


def forget_received(username: str, domain: str) -> None:
    """Remove the calls and messages that a deleted account received from elsewhere.

    Those of accounts that are here are theirs too and stay in their logs until they are too old. What the account
    sent, and its part in conferences, goes with it in one transaction (`accounts.services.deletion`).
    """
    _RECEIVED_CALLS.execute(username=username, domain=domain)
    _RECEIVED_MESSAGES.execute(username=username, domain=domain)
