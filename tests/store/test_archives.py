"""Archives: only what has its digest goes in, and only that comes out."""

import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import LocalStore

from app.store.archive_bucket import ArchiveBucket, ObjectStoreFault
from app.store.archives import ArchiveCorrupt, Archives
from tests.store.rows import digest_of

DIGEST, ARCHIVE = digest_of("archive"), b"archive"


@pytest.fixture(params=["memory", "file"])
def archives(request: pytest.FixtureRequest, tmp_path: Path) -> Archives:
    return Archives("memory://" if request.param == "memory" else (tmp_path / "with space" / "archives").as_uri())


async def test_archive_is_the_same_when_it_is_read(archives: Archives) -> None:
    await archives.keep(DIGEST, ARCHIVE)
    assert await archives.read(DIGEST) == ARCHIVE


async def test_archive_may_be_kept_twice(archives: Archives) -> None:
    await archives.keep(DIGEST, ARCHIVE)
    await archives.keep(DIGEST, ARCHIVE)
    assert await archives.read(DIGEST) == ARCHIVE


async def test_archive_is_refused_when_its_digest_is_another(archives: Archives) -> None:
    """When it is read: on the way in, whoever brings it has verified it."""
    await archives.keep(DIGEST, b"another")
    with pytest.raises(ArchiveCorrupt, match=DIGEST):
        await archives.read(DIGEST)


async def test_archive_is_the_same_when_its_digest_is_by_sha512(archives: Archives) -> None:
    digest = f"sha512:{hashlib.sha512(ARCHIVE).hexdigest()}"
    await archives.keep(digest, ARCHIVE)
    assert await archives.read(digest) == ARCHIVE


async def test_nothing_unfinished_is_left_when_it_cannot_be_written(tmp_path: Path) -> None:
    archives = Archives(tmp_path.as_uri())
    encoded = DIGEST.removeprefix("sha256:")
    (tmp_path / "sha256" / encoded[:2] / f"{encoded}.tgz").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        await archives.keep(DIGEST, ARCHIVE)
    assert not [*tmp_path.rglob("*.part")]


async def test_nothing_is_read_when_nothing_was_kept(archives: Archives) -> None:
    assert await archives.read(DIGEST) is None


async def test_altered_archive_is_refused_when_it_is_read(tmp_path: Path) -> None:
    archives = Archives(tmp_path.as_uri())
    await archives.keep(DIGEST, ARCHIVE)
    (kept,) = tmp_path.rglob("*.tgz")
    kept.write_bytes(b"altered")
    with pytest.raises(ArchiveCorrupt, match=DIGEST):
        await archives.read(DIGEST)


async def test_altered_archive_is_mended_when_it_is_kept_again(tmp_path: Path) -> None:
    archives = Archives(tmp_path.as_uri())
    await archives.keep(DIGEST, ARCHIVE)
    (kept,) = tmp_path.rglob("*.tgz")
    kept.write_bytes(b"altered")
    await archives.keep(DIGEST, ARCHIVE)
    assert await archives.read(DIGEST) == ARCHIVE


async def test_those_that_are_lacking_are_told_of_many(archives: Archives) -> None:
    kept = {digest_of(text): text.encode() for text in ("a", "b", "c")}
    for digest, archive in kept.items():
        await archives.keep(digest, archive)
    await archives.remove(digest_of("b"))
    await archives.remove(digest_of("b"))
    assert await archives.lacking({*kept, DIGEST}) == {digest_of("b"), DIGEST}
    assert await archives.lacking(set()) == set()


async def test_old_ones_are_told_by_when_they_were_written(archives: Archives) -> None:
    await archives.keep(DIGEST, ARCHIVE)
    now = datetime.now(UTC)
    assert [old async for old in archives.older_than(now + timedelta(minutes=1))] == [[DIGEST]]
    assert [old async for old in archives.older_than(now - timedelta(minutes=1))] == []


async def test_what_a_writer_left_when_it_was_killed_is_cleared_away_once_it_is_old(tmp_path: Path) -> None:
    archives = Archives(tmp_path.as_uri())
    await archives.keep(DIGEST, ARCHIVE)
    (kept,) = tmp_path.rglob("*.tgz")
    left = kept.with_name(f"{kept.name}.0123456789abcdef.7.part")
    left.write_bytes(b"arch")
    now = datetime.now(UTC)
    assert [old async for old in archives.older_than(now + timedelta(minutes=1))] == [[DIGEST]]
    await archives.clear_unfinished(now - timedelta(minutes=1))
    assert left.exists()
    await archives.clear_unfinished(now + timedelta(minutes=1))
    assert not left.exists()
    assert await archives.read(DIGEST) == ARCHIVE


async def test_everything_is_lacking_when_the_folder_is_gone(tmp_path: Path) -> None:
    archives = Archives(tmp_path.as_uri())
    await archives.keep(DIGEST, ARCHIVE)
    shutil.rmtree(tmp_path)
    assert await archives.lacking({DIGEST}) == {DIGEST}
    await archives.keep(DIGEST, ARCHIVE)
    assert await archives.lacking({DIGEST}) == set()


async def test_what_an_object_store_raises_is_an_os_error_that_quotes_nothing(tmp_path: Path) -> None:
    """A folder where nothing can be put stands for a bucket where nobody may write."""
    bucket = ArchiveBucket("memory://")
    bucket._bytes = LocalStore(prefix=tmp_path)
    (tmp_path / "sha256").write_bytes(b"in the way")
    with pytest.raises(ObjectStoreFault, match="the object store: ") as raised:
        await bucket.put("sha256/ab/abc.tgz", ARCHIVE)
    assert str(tmp_path) not in str(raised.value)
