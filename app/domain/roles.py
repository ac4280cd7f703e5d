"""What a token lets its holder do."""

from enum import StrEnum


class Role(StrEnum):
    """What the holder of a token may do; each may do what those before it may."""

    READER = "READER"
    MANAGER = "MANAGER"
    ADMIN = "ADMIN"
