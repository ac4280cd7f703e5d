"""A sealed credential opens with its key, in its row, and nowhere else."""

import base64
import stat
from pathlib import Path

import pytest

from app.domain.errors import KeyMissing
from app.store.sealing import Key, Sealed, Sealer, add_key_to_file, parse_keys, read_key_file

SECRET = {"password": "hunter2", "note": "ünïcode"}
OLD, NEW = bytes(32), bytes(range(32))


def sealer(*materials: bytes) -> Sealer:
    return Sealer(lambda: [Key(material) for material in materials])


def encoded(material: bytes) -> str:
    return base64.b64encode(material).decode()


def test_secret_is_the_same_when_it_is_opened_in_its_row() -> None:
    key_id, ciphertext = sealer(OLD).seal(SECRET, 7)
    assert b"hunter2" not in ciphertext
    assert sealer(OLD).open(key_id, ciphertext, 7) == SECRET


def test_ciphertext_is_another_each_time() -> None:
    assert sealer(OLD).seal(SECRET, 7) != sealer(OLD).seal(SECRET, 7)


def test_ciphertext_is_refused_when_it_was_moved_to_another_row() -> None:
    key_id, ciphertext = sealer(OLD).seal(SECRET, 7)
    with pytest.raises(KeyMissing, match="registry 8 cannot be opened"):
        sealer(OLD).open(key_id, ciphertext, 8)


@pytest.mark.parametrize("place", [0, 12, -1])
def test_ciphertext_is_refused_when_a_bit_of_it_was_altered(place: int) -> None:
    key_id, ciphertext = sealer(OLD).seal(SECRET, 7)
    altered = bytearray(ciphertext)
    altered[place] ^= 1
    with pytest.raises(KeyMissing, match="altered"):
        sealer(OLD).open(key_id, bytes(altered), 7)


@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_ciphertext_is_refused_when_it_was_cut_short(length: int) -> None:
    key_id, ciphertext = sealer(OLD).seal(SECRET, 7)
    with pytest.raises(KeyMissing, match="altered"):
        sealer(OLD).open(key_id, ciphertext[:length], 7)


def test_key_that_is_unknown_is_named_and_nothing_of_it_told() -> None:
    key_id, ciphertext = sealer(OLD).seal(SECRET, 7)
    with pytest.raises(KeyMissing, match=f"sealed with key {key_id}, which is not among the 1 keys") as refused:
        sealer(NEW).open(key_id, ciphertext, 7)
    assert encoded(OLD) not in str(refused.value)
    assert encoded(OLD) not in repr(Key(OLD))


def test_first_key_seals_and_the_others_open() -> None:
    key_id, ciphertext = sealer(OLD).seal(SECRET, 7)
    rotated = sealer(NEW, OLD)
    assert rotated.seal(SECRET, 7)[0] == rotated.sealing_key_id == Key(NEW).id != key_id
    assert rotated.open(key_id, ciphertext, 7) == SECRET


def test_keys_are_read_again_when_a_row_names_an_unknown_one() -> None:
    keys = [Key(OLD)]
    running = Sealer(lambda: keys)
    keys = [Key(NEW), Key(OLD)]
    key_id, ciphertext = sealer(NEW).seal(SECRET, 7)
    assert running.open(key_id, ciphertext, 7) == SECRET
    assert running.sealing_key_id == Key(NEW).id


def test_nothing_is_opened_as_something_else_than_it_was_sealed_as() -> None:
    key_id, ciphertext = sealer(OLD).seal(SECRET, 7, Sealed.WEBHOOK)
    assert sealer(OLD).open(key_id, ciphertext, 7, Sealed.WEBHOOK) == SECRET
    with pytest.raises(KeyMissing):
        sealer(OLD).open(key_id, ciphertext, 7)


def test_sealer_is_refused_when_there_is_no_key() -> None:
    with pytest.raises(KeyMissing, match="chartroom keys create"):
        sealer()


def test_sealer_keeps_its_keys_when_there_are_none_to_read_any_more() -> None:
    keys = [Key(OLD)]
    running = Sealer(lambda: keys)
    keys = []
    with pytest.raises(KeyMissing):
        running.reload()
    assert running.sealing_key_id == Key(OLD).id


def test_keys_are_one_a_line_or_between_commas_with_remarks() -> None:
    text = f"# newest\n{encoded(NEW)}\n\n  {encoded(OLD)} ,\n"
    assert [key.id for key in parse_keys(text, "here")] == [Key(NEW).id, Key(OLD).id]


@pytest.mark.parametrize("text", ["not base64!", encoded(bytes(31)), encoded(bytes(33)), "Zm9v", "ключ"])
def test_text_that_is_no_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(KeyMissing, match=r"^here holds something that is no key: base64 of 32 bytes") as refused:
        parse_keys(text, "here")
    assert text not in str(refused.value)


def test_key_file_is_made_for_its_owner_alone_and_a_new_key_stands_first(tmp_path: Path) -> None:
    path = tmp_path / "made" / "keys"
    first = add_key_to_file(path)
    second = add_key_to_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [key.id for key in read_key_file(path)] == [second.id, first.id]
    assert [left.name for left in path.parent.iterdir()] == ["keys"]


def test_key_file_is_its_owners_alone_when_a_file_of_others_lay_in_its_way(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    (tmp_path / "keys.new").touch(0o666)
    (tmp_path / "keys.new").chmod(0o666)
    add_key_to_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_key_file_is_refused_when_others_can_reach_it(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    add_key_to_file(path)
    path.chmod(mode)
    with pytest.raises(KeyMissing, match=f"chmod 600 {path}"):
        read_key_file(path)


def test_key_file_that_is_absent_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"There is no key file at .*keys"):
        read_key_file(tmp_path / "keys")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"nonsense"])
def test_key_file_that_holds_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyMissing, match=str(path)):
        read_key_file(path)
