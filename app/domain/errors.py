"""Errors of what Chartroom does, as its doors see them.

ChartroomError
├── Refusal             something in the request is to be mended by whoever asked
│   ├── Invalid           a value is not of the expected form
│   ├── Required          a value is missing
│   ├── NameTaken         another one has this name
│   ├── NotFound          nothing has this id
│   ├── ForbiddenAddress  the address guard does not allow this host
│   ├── Conflict          it cannot be done in the present state
│   └── Unreadable        a chart that is stored cannot be read for this, or not within the limits
└── KeyMissing          the key that credentials are sealed with is absent or wrong
"""

from typing import ClassVar


class ChartroomError(Exception):
    """Something that Chartroom says in words meant for people."""


class Refusal(ChartroomError):
    """The caller can mend this. `field` is the path into what was given, e.g. ("provider", "other")."""

    code: ClassVar[str] = "INVALID"

    def __init__(self, message: str, *field: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(Refusal):
    """A value is not of the expected form."""


class Required(Refusal):
    """A value is missing."""

    code = "REQUIRED"


class NameTaken(Refusal):
    """Another one has this name already."""

    code = "NAME_TAKEN"


class NotFound(Refusal):
    """Nothing has this id, or it was deleted."""

    code = "NOT_FOUND"


class ForbiddenAddress(Refusal):
    """The address guard does not allow this host."""

    code = "FORBIDDEN_ADDRESS"


class Conflict(Refusal):
    """It cannot be done in the present state."""

    code = "CONFLICT"


class Unreadable(Refusal):
    """A chart that is stored cannot be read for what was asked, or not within the limits."""

    code = "UNREADABLE"


class Refusals(ChartroomError):
    """Everything that is wrong with one request, so that people mend it all at once."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = refusals


class KeyMissing(ChartroomError):
    """The key that credentials are sealed with is absent, unreadable or not the one they were sealed with."""
