"""Registrar devices, call forwardings, voicemails, external accounts and CardDAV credentials."""
