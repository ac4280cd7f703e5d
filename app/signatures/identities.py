"""Whom keyless signatures are accepted from: an issuer of identities, and who it says somebody is."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic_core import SchemaError

from app.signatures.keyrings import KeyUnusable

_SHOWN_MAX_CHARACTERS = 300

HOW = 'like [{"issuer": "https://token.actions.githubusercontent.com", "subject": "https://github.com/acme/…"}]'


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who a certificate was made for."""

    subjects: tuple[str, ...]
    issuer: str

    def __str__(self) -> str:
        shown = f"{', '.join(self.subjects) or 'nobody'} (by {self.issuer or 'no issuer'})"
        printable = "".join(character if character.isprintable() else "�" for character in shown)
        return printable if len(printable) <= _SHOWN_MAX_CHARACTERS else printable[: _SHOWN_MAX_CHARACTERS - 1] + "…"


class Identity(BaseModel):
    """One entry of the setting. `subject` is the whole of it, `subject_pattern` a regular expression for the whole.

    Patterns are of the `regex` crate, which takes linear time, whatever is in a certificate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(min_length=1)
    subject: str | None = Field(default=None, min_length=1)
    subject_pattern: str | None = Field(default=None, alias="subjectPattern", min_length=1)

    @model_validator(mode="after")
    def _names_somebody(self) -> "Identity":
        if (self.subject is None) == (self.subject_pattern is None):
            raise ValueError("give either subject or subjectPattern")
        if self.subject_pattern is not None:
            try:
                _matcher(self.subject_pattern)
            except SchemaError as error:
                raise ValueError(f"subjectPattern {self.subject_pattern} is no regular expression") from error
        return self

    def admits(self, signatory: Signatory) -> bool:
        return self.issuer == signatory.issuer and any(map(self._is_subject, signatory.subjects))

    def _is_subject(self, subject: str) -> bool:
        if self.subject_pattern is None:
            return subject == self.subject
        try:
            _matcher(self.subject_pattern).validate_python(subject)
        except ValidationError:
            return False
        return True


def _matcher(pattern: str) -> TypeAdapter[str]:
    kind: Any = Annotated[str, StringConstraints(pattern=rf"\A(?:{pattern})\z")]
    return TypeAdapter(kind)


def read_identities(setting: str) -> tuple[Identity, ...]:
    """From JSON, or from the file at a path. Raises KeyUnusable."""
    text = setting.strip()
    if not text:
        return ()
    try:
        given = text if text.startswith("[") else Path(text).read_text(encoding="utf-8")
        return tuple(TypeAdapter(list[Identity]).validate_json(given))
    except (OSError, UnicodeDecodeError) as error:
        raise KeyUnusable(f"The identities in {text} cannot be read: {type(error).__name__}.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        wrong = f"{first['msg']} (at {where})" if where else first["msg"]
        raise KeyUnusable(f"The Sigstore identities are wrong: {wrong}; {HOW}.") from error
