"""Answers given again, and tags by which a client that has one already is told so.

An answer is kept under everything that it depends on: document, operation, variables, role, day and the revision of the
store. Sources: RFC 9110, 8.8.3 (ETag) and 13.1.2 (If-None-Match); 304 is given to POST too, since these are queries.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.domain.roles import Role
from app.graphql_api.kept_fields import KeptDocuments
from app.services.authorising import Caller
from app.store.kept import Kept
from app.store.revision import Revision

HEADERS: Final = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
"""For whoever keeps it on the way: for this caller alone, and only after asking here."""
FAULTLESS: Final = "chartroom.faultless"
"""In the request's scope once its operation was executed without any error."""
BODIES_REMEMBERED: Final = 512
REMEMBERED_BODY_MAX_BYTES: Final = 4096
"""Of a request that need not be read when the very same bytes come again."""
_ENTRY_BYTES: Final = 2000
"""Of an entry, beside its texts."""
_MEMBERS: Final = frozenset({"query", "variables", "operationName"})


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer depends on, beside the rows of the store."""

    query: str
    operation_name: str | None
    variables: bytes
    """As JSON with sorted keys."""
    role: Role
    day: date
    """Search ranks charts lower that nobody has released for two years, from midnight on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`response` is the whole one; `tag` is None where it may not be kept."""

    response: Response
    tag: str | None = None
    unchanged: Response | None = None
    """For whoever has it already."""

    @classmethod
    def tagged(cls, body: bytes) -> "Answer":
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": tag, **HEADERS}
        # Sent again and again: nothing of a response is changed by sending it.
        whole = Response(body, headers=headers, media_type="application/json")
        return cls(whole, tag, Response(status_code=304, headers=headers))

    def again(self, known_tags: str | None) -> Response:
        """To a client with these tags (the value of If-None-Match)."""
        if self.tag is None or self.unchanged is None or known_tags is None or self.tag not in known_tags:
            return self.response
        return self.unchanged


class KeptAnswers:
    """Keeps answers about charts, up to so many bytes together; 0 keeps none, and tags are told all the same."""

    def __init__(
        self, documents: KeptDocuments, revision: Revision, max_bytes: int, today: Callable[[], date] | None = None
    ) -> None:
        self._documents = documents
        self._kept: Kept[Question, Answer] = Kept(revision, max_bytes, _bytes_of)
        self._asked = lru_cache(maxsize=BODIES_REMEMBERED)(self._read)
        self._today = today or (lambda: datetime.now(UTC).date())

    @property
    def bytes_kept(self) -> int:
        return self._kept.weight

    async def respond(
        self, request: Request, caller: Caller, known_tags: str | None, work: Callable[[], Awaitable[Response]]
    ) -> Response:
        """What `work` responds, or responded to the same question of somebody with the same rights.

        `known_tags` is the value of If-None-Match.
        """
        body = await request.body()
        asked = (self._asked if len(body) <= REMEMBERED_BODY_MAX_BYTES else self._read)(body)
        question = None if asked is None else Question(*asked, caller.role, self._today())
        if question is None:
            return await work()

        async def answer() -> Answer:
            return _answer(await work(), request)

        return (await self._kept.find_or(question, answer, good=_is_tagged)).again(known_tags)

    def _read(self, body: bytes) -> tuple[str, str | None, bytes] | None:
        """Document, operation and variables; None where the answer may not be kept. What is wrong, the door says."""
        try:
            asked: Any = orjson.loads(body)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(asked, dict) or not asked.keys() <= _MEMBERS:
            return None
        query, variables, name = asked.get("query"), asked.get("variables"), asked.get("operationName")
        if not isinstance(query, str) or not isinstance(variables, dict | None) or not isinstance(name, str | None):
            return None
        if not self._documents.may_keep(query):
            return None
        sorted_variables = orjson.dumps(variables or {}, option=orjson.OPT_SORT_KEYS)
        return query, name, sorted_variables


def _answer(response: Response, request: Request) -> Answer:
    if response.status_code != 200 or not request.scope.get(FAULTLESS):
        return Answer(response)
    return Answer.tagged(bytes(response.body))


def _is_tagged(answer: Answer) -> bool:
    return answer.tag is not None


def _bytes_of(question: Question, answer: Answer) -> int:
    return len(question.query) + len(question.variables) + len(answer.response.body) + _ENTRY_BYTES
