"""What all entities are."""

from sqlmodel import SQLModel


class Row(SQLModel):
    """Rows are not validated: the validators, which take a while to make and a MB to keep, wait until somebody asks."""

    model_config = {"defer_build": True}
