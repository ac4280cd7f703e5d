"""What every resolver is given: who asks, what can be done, and what was read already in this operation."""

from collections.abc import Callable
from dataclasses import dataclass, field

import strawberry

from app.graphql_api.answer_bytes import ANSWER_MAX_BYTES, AnswerBytes
from app.graphql_api.loaders import Loaders
from app.graphql_api.permissions import principal_of
from app.services.addressing import Addressing
from app.services.auditing import Auditing
from app.services.authorising import Authorising, Caller
from app.services.browsing import Browsing
from app.services.comparing import Comparing
from app.services.discovering import Discovering
from app.services.listing import Listing
from app.services.probing import Probing
from app.services.registering import Registering
from app.services.triggering import Triggering
from app.services.validating import Validating
from app.services.watching import Watching


@dataclass(frozen=True, slots=True)
class Services:
    """Everything this door can call."""

    browsing: Browsing
    listing: Listing
    comparing: Comparing
    validating: Validating
    registering: Registering
    probing: Probing
    discovering: Discovering
    triggering: Triggering
    watching: Watching
    authorising: Authorising
    auditing: Auditing
    addressing: Addressing


@dataclass(slots=True)
class Context:
    """Of one operation. `principal` is None only until the door knows who asks."""

    services: Services
    principal: Caller | None
    answer_max_bytes: int = ANSWER_MAX_BYTES
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """What is read from now on is read anew: after a change, and for each event of a stream."""
        services = self.services
        self.loaders = Loaders(
            services.browsing, services.listing, services.addressing, AnswerBytes(self.answer_max_bytes)
        )


Info = strawberry.Info[Context, None]


def context_maker(services: Services, answer_max_bytes: int = ANSWER_MAX_BYTES) -> Callable[[Caller | None], Context]:
    """Makes the context of each operation."""
    return lambda caller: Context(services, caller, answer_max_bytes)


def actor_of(info: Info) -> str:
    """Who is named in the audit log."""
    return principal_of(info).name
