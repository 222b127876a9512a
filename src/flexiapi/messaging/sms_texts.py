"""The texts of SMS. Operators register them as templates with their providers: every byte counts, English only."""


def validation(space_name: str, code: str, minutes: int) -> str:
    """The code that confirms a phone number or recovers an account; `minutes` of validity, 0 = no end."""
    text = f"Your {space_name} validation code is {code}."
    return f"{text} The code is available for {minutes} minutes" if minutes > 0 else text


def creation(app_name: str, code: str) -> str:
    """The code of the deprecated public creation by phone."""
    return f"Your {app_name} creation code is {code}"


def recovery(app_name: str, code: str) -> str:
    """The code of the deprecated recovery by phone."""
    return f"Your {app_name} recovery code is {code}"
