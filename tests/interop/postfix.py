"""Debian's postfix with everything of its own: configuration, queue, certificate, mailboxes, a free port."""

import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from tests import requirements
from tests.live.processes import Program, running, wait_until
from tests.messaging.servers import self_signed

_DAEMONS = Path("/usr/lib/postfix/sbin")

_MAIN = """
compatibility_level = 3.6
queue_directory = {place}/queue
data_directory = {place}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {place}/log/mail.log
maillog_file_prefixes = {place}
myhostname = localhost
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.net
virtual_mailbox_base = {place}/boxes
virtual_mailbox_maps = inline:{{ alice@example.net=alice/, bob@example.net=bob/ }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = {security}
smtpd_tls_received_header = yes
smtpd_recipient_restrictions = check_recipient_access texthash:{place}/recipients, permit_mynetworks, reject
smtpd_delay_reject = yes
max_use = 1
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running postfix that takes mail for `example.net`."""

    place: Path
    port: int
    certificate: Path
    program: Program

    def mails(self, user: str) -> list[EmailMessage]:
        """What lies in somebody's mailbox, once there is anything."""
        box = self.place / "boxes" / user / "new"
        wait_until(lambda: box.is_dir() and any(box.iterdir()), f"mail for {user}", running=self.program)
        found = sorted(box.iterdir())
        return [cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=default)) for file in found]

    def answer(self, recipient: str, action: str) -> None:
        """What a recipient gets from the next connection on, as access tables say it: `550 5.1.1 Unknown`, `OK`."""
        (self.place / "recipients").write_text(f"{recipient} {action}\n")


@contextmanager
def serving(*, security: str = "may") -> Iterator[Postfix]:
    """Run postfix until the block ends; `security` is its `smtpd_tls_security_level`."""
    program = requirements.program("postfix")
    if os.geteuid() != 0:
        requirements.missing("root, as whom postfix starts,")
    owner = pwd.getpwnam("postfix")
    # Its daemons run as a user who cannot look into the folders of pytest.
    place = Path(tempfile.mkdtemp(prefix="flexiapi-postfix-"))
    place.chmod(0o755)
    try:
        for name in ("queue", "data", "boxes", "log", "tls", "etc"):
            (place / name).mkdir(mode=0o755)
        for name in ("data", "boxes"):
            os.chown(place / name, owner.pw_uid, owner.pw_gid)
        made = self_signed(place / "tls")
        port = requirements.free_port()
        values = {"uid": owner.pw_uid, "gid": owner.pw_gid, "certificate": made.cert, "key": made.key}
        (place / "recipients").write_text("")
        (place / "etc/main.cf").write_text(_MAIN.format(place=place, security=security, daemons=_DAEMONS, **values))
        (place / "etc/master.cf").write_text(_MASTER.format(port=port))
        # It makes the queue; `start-fg` would leave the master behind that it starts.
        subprocess.run([program, "-c", str(place / "etc"), "check"], check=True, timeout=30)
        with running([str(_DAEMONS / "master"), "-d", "-c", str(place / "etc")], place) as started:
            wait_until(lambda: _greets(port), "postfix", seconds=30, running=started)
            yield Postfix(place, port, made.cert, started)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _greets(port: int) -> bool:
    with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("localhost", port, timeout=5):
        return True
    return False
