"""A certificate authority for the clients of a test, made on the fly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.live.server import Certificate

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Signs certificates of clients."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    folder: Path

    def write(self, path: Path) -> None:
        """Write its own certificate, as web servers want it."""
        built = _unsigned(self.name, self.name, self.key.public_key(), datetime.now(UTC) + _DAY)
        usage = x509.BasicConstraints(ca=True, path_length=0)
        signed = built.add_extension(usage, critical=True).sign(self.key, hashes.SHA256())
        path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def certificate(self, common_name: str, *, uris: Sequence[str] = (), until: datetime | None = None) -> Certificate:
        """A client's certificate with its key, good for a day unless it ends earlier."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(common_name)
        built = _unsigned(subject, self.name, key.public_key(), until or datetime.now(UTC) + _DAY)
        if uris:
            names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri) for uri in uris])
            built = built.add_extension(names, critical=False)
        signed = built.sign(self.key, hashes.SHA256())
        stem = f"{signed.serial_number:x}"
        made = Certificate(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        made.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        made.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return made


def an_authority(folder: Path, name: str = "Devices of Acme") -> Authority:
    """A new authority, whose certificates lie in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Authority(_named(name), ec.generate_private_key(ec.SECP256R1()), folder)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 30 * _DAY)
        .not_valid_after(until)
    )
