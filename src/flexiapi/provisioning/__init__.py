"""Remote provisioning of Linphone: XML, tokens, QR codes and the wizard."""
