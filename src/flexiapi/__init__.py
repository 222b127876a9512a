"""Account manager for SIP services: REST API, web portal and remote provisioning."""
