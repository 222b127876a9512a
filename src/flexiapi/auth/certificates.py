"""Client certificates that a trusted proxy has verified, for the provisioning of devices (RFC 5280, RFC 5922)."""

from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.http import HttpRequest

from flexiapi.http import proxies
from flexiapi.http.errors import Forbidden
from flexiapi.spaces.models import Space

from . import bearer, jwt
from .scope import Caller

_VERIFY, _SUBJECT, _CERTIFICATE = "HTTP_X_SSL_CLIENT_VERIFY", "HTTP_X_SSL_CLIENT_S_DN", "HTTP_X_SSL_CLIENT_CERT"
_SIP = ("sip:", "sips:")
# Attribute names that OpenSSL writes and RFC 4514 does not list.
_NAMES = {
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "GN": NameOID.GIVEN_NAME,
    "SN": NameOID.SURNAME,
    "title": NameOID.TITLE,
}


class WrongCertificate(Forbidden):
    """The certificate names no account of the Space."""


def presented(request: HttpRequest) -> bool:
    """Whether a trusted proxy has verified a certificate of the client."""
    meta = request.META
    verified = meta.get(_VERIFY) == "SUCCESS" and bool(meta.get(_SUBJECT) or meta.get(_CERTIFICATE))
    return verified and proxies.comes_from_trusted_proxy(request)


def authenticate(request: HttpRequest, space: Space) -> Caller:
    """The account of a Space that the client's certificate names.

    A `sip:` URI among the subject's alternative names comes before the common name.

    Raises:
        Forbidden: the Space takes no certificates, or (`WrongCertificate`) this one names none of its accounts.
    """
    if not space.client_certificate_authentication:
        raise Forbidden("Not a valid authentication method")
    names = names_of(request.META.get(_CERTIFICATE, ""), request.META.get(_SUBJECT, ""))
    if not names:
        raise WrongCertificate("The client certificate does not contain a valid CN.")
    well_formed = False
    for name in names:
        try:
            person = bearer.by_sip_uri(space, name)
        except jwt.Refused:
            continue
        well_formed = True
        if person is not None:
            return bearer.caller_of(space, person, "certificate")
    if not well_formed:
        raise WrongCertificate("The certificate CN is not a valid SIP address.")
    raise WrongCertificate("The certificate is not linked to any account in the system.")


def names_of(certificate: str, subject: str) -> list[str]:
    """What a certificate calls its owner: SIP URIs, else common names.

    `certificate` is PEM, percent-encoded; `subject` an RFC 4514 name that counts where there is no readable PEM.
    """
    try:
        parsed = x509.load_pem_x509_certificate(unquote_to_bytes(certificate))
        return _alternatives(parsed) or _common_names(parsed.subject)
    except ValueError:
        pass
    try:
        return _common_names(x509.Name.from_rfc4514_string(subject, _NAMES))
    except ValueError:
        return []


def _alternatives(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return []
    uris = found.value.get_values_for_type(x509.UniformResourceIdentifier)
    return [uri for uri in uris if uri.lower().startswith(_SIP)]


def _common_names(subject: x509.Name) -> list[str]:
    return [str(attribute.value) for attribute in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
