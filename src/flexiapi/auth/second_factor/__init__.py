"""What an account may be asked for besides its password: a code of an app, a passkey, a recovery code."""
