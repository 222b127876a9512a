"""What is wrong with an instance's configuration."""


class ConfigurationError(Exception):
    """A sentence for the operator: what is wrong, what is expected, what was found (never a secret)."""
