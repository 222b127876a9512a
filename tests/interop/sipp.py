"""One REGISTER with MD5 Digest by sipp."""

import subprocess
from pathlib import Path

from tests import requirements

_SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="register">
  <send retrans="500"><![CDATA[
    REGISTER sip:[field1] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 10
    From: <sip:[field0]@[field1]>;tag=[call_number]
    To: <sip:[field0]@[field1]>
    Call-ID: [call_id]
    CSeq: 1 REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port]>
    Expires: 60
    Content-Length: 0

  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
    REGISTER sip:[field1] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 10
    From: <sip:[field0]@[field1]>;tag=[call_number]
    To: <sip:[field0]@[field1]>
    Call-ID: [call_id]
    CSeq: 2 REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port]>
    [field2]
    Expires: 60
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
</scenario>
"""


def registers(folder: Path, port: int, username: str, domain: str, password: str) -> bool:
    """Whether a registrar on the loopback address accepts the password."""
    (folder / "register.xml").write_text(_SCENARIO)
    authentication = f"[authentication username={username} password={password}]"
    (folder / "register.csv").write_text(f"SEQUENTIAL\n{username};{domain};{authentication}\n")
    command = [requirements.program("sipp"), f"127.0.0.1:{port}", "-sf", "register.xml", "-inf", "register.csv"]
    options = ["-m", "1", "-i", "127.0.0.1", "-p", str(requirements.free_port()), "-nostdin", "-timeout", "15s"]
    said = subprocess.run(
        [*command, *options],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert said.returncode in (0, 1), said.stderr[-2000:]
    return said.returncode == 0
