"""Finds versions whose archives are lost: deleted by hand, or not restored with the database."""

from collections.abc import Mapping

import structlog

from app.store import kept_archives
from app.store.archives import Archives
from app.store.session import Store

READ_AT_ONCE = 5000  # versions; as many as are read without holding up everybody else

log = structlog.get_logger()


async def lost_tags(store: Store, archives: Archives, registry_id: int) -> Mapping[int, frozenset[str]]:
    """Tags whose archives are not there, by repository; usually none. Costs one listing of all archives.

    What is stored meanwhile is not looked at: rows are read first, and archives come before their rows.
    """
    shown = await _shown_archives(store, registry_id)
    try:
        lost = await archives.lacking(shown)
    except OSError as fault:
        log.warning("archives.not_listed", reason=type(fault).__name__)
        return {}
    found: dict[int, frozenset[str]] = {}
    missing = sorted(lost)
    for start in range(0, len(missing), READ_AT_ONCE):
        async with store.reading() as session:
            tags = await kept_archives.tags_of(session, registry_id, missing[start : start + READ_AT_ONCE])
        for repository_id, tag in tags:
            found[repository_id] = found.get(repository_id, frozenset()) | {tag}
    if missing:
        log.warning("archives.lost", archives=len(missing))
    return found


async def _shown_archives(store: Store, registry_id: int) -> set[str]:
    shown: set[str] = set()
    async with store.reading() as session:
        lots = await kept_archives.in_lots(session, registry_id, READ_AT_ONCE)
    for repository_ids in lots:
        after = (0, "")
        while True:
            page = await kept_archives.shown_after(store.rows, repository_ids, after, READ_AT_ONCE)
            shown.update(digest for _, _, digest in page)
            if len(page) < READ_AT_ONCE:
                break
            after = page[-1][0], page[-1][1]
    return shown
