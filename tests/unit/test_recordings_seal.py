"""The container of a sealed file: any range is the plain slice, and nothing in it can be changed, cut, moved or exchanged unseen."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline1022.core.errors import NotFound
from hotline1022.recordings.seal import (
    HEAD,
    SEGMENT,
    TAG,
    Key,
    SealBroken,
    SealedFile,
    key_of,
    new_key,
    seal,
    sealed_size,
)

KEY = Key(secret=bytes(range(32)))
STEP = SEGMENT + TAG


def plain(size: int) -> bytes:
    """Bytes that differ everywhere."""
    return b"".join(number.to_bytes(4, "big") for number in range(size // 4 + 1))[:size]


def container(data: bytes, *, key: Key = KEY, step: int = 100_000) -> bytes:
    return b"".join(seal((data[at : at + step] for at in range(0, len(data), step)), key))


@contextmanager
def opened(data: bytes, key: Key = KEY) -> Iterator[SealedFile]:
    def find(key_id: str) -> Key:
        if key_id != key.id:
            raise NotFound(f"there is no key {key_id}")
        return key

    fd = os.memfd_create("sealed")
    os.write(fd, data)
    try:
        file = SealedFile(fd, find)
    except BaseException:
        os.close(fd)
        raise
    with closing(file):
        yield file


def read(data: bytes) -> bytes:
    with opened(data) as file:
        return file.pread(file.size + 1, 0)


@pytest.mark.parametrize("size", [0, 1, 44, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 7])
def test_what_went_in_comes_out(size: int) -> None:
    data = plain(size)
    made = container(data)
    assert len(made) == sealed_size(size)
    with opened(made) as file:
        assert file.size == size and file.key_id == KEY.id == key_of(made)
        assert file.pread(size + 5, 0) == data and file.pread(1, size) == b""
    assert data[:40] not in made or size < 40


def test_two_writings_of_the_same_have_nothing_in_common() -> None:
    one, other = container(plain(SEGMENT)), container(plain(SEGMENT))
    assert one[:20] == other[:20] and one[20:] != other[20:] and one[HEAD : HEAD + 64] not in other


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_range_is_the_plain_slice(data: st.DataObject) -> None:
    near = st.integers(0, 4).map(lambda n: n * SEGMENT)
    size = data.draw(st.one_of(st.integers(0, 3 * SEGMENT), near, near.map(lambda n: n + 1)), label="size")
    step = data.draw(st.sampled_from([977, 4096, SEGMENT, 150_000]), label="step")
    wanted = plain(size)
    with opened(container(wanted, step=step)) as file:
        for _ in range(data.draw(st.integers(1, 8), label="reads")):
            at = data.draw(st.one_of(st.integers(0, size + 5), near), label="at")
            count = data.draw(st.one_of(st.integers(0, size + 5), st.sampled_from([1, 64_000, SEGMENT])), label="count")
            assert file.pread(count, at) == wanted[at : at + count]


def test_no_byte_can_be_changed_unseen() -> None:
    """Every byte of a small container, and in a long one the edges of every part."""
    small = container(b"RIFF, and so on")
    long = container(plain(2 * SEGMENT + 9))
    edges = {HEAD + number * STEP + at for number in range(3) for at in (0, 1, 8)} | {len(long) - 1, HEAD + STEP - 1}
    for made, places in ((small, set(range(len(small)))), (long, edges | set(range(HEAD)))):
        for place in places:
            for bit in (1, 128):
                touched = bytearray(made)
                touched[place] ^= bit
                with pytest.raises((SealBroken, NotFound)) as caught:
                    read(bytes(touched))
                if isinstance(caught.value, NotFound):
                    assert 12 <= place < 20, "only another key's name may send us looking for another key"


@pytest.mark.parametrize("size", [0, 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT])
def test_no_end_can_be_cut_off_or_put_on_unseen(size: int) -> None:
    made = container(plain(size))
    places = {0, 1, HEAD - 1, HEAD, HEAD + 1, HEAD + TAG, len(made) - TAG - 1, len(made) - TAG, len(made) - 1}
    places |= {HEAD + number * STEP for number in range(size // SEGMENT + 1)}
    for end in sorted(place for place in places if 0 <= place < len(made)):
        with pytest.raises(SealBroken):
            read(made[:end])
    for more in (b"\0", bytes(TAG), bytes(TAG + 1), made[HEAD:], bytes(STEP)):
        with pytest.raises(SealBroken):
            read(made + more)


def test_no_segment_can_be_moved_doubled_left_out_or_taken_from_another_file() -> None:
    made, other = container(plain(4 * SEGMENT)), container(plain(4 * SEGMENT))
    head, parts = made[:HEAD], [made[HEAD + n * STEP : HEAD + (n + 1) * STEP] for n in range(4)]
    foreign = other[HEAD : HEAD + STEP]
    orders = [(1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3), (1, 2, 3), (0, 0, 2, 3), (0, 1, 2, 2), (3, 1, 2, 0)]
    for order in orders:
        with pytest.raises(SealBroken):
            read(head + b"".join(parts[n] for n in order))
    for strange in (head + foreign + b"".join(parts[1:]), other[:HEAD] + b"".join(parts)):
        with pytest.raises(SealBroken):
            read(strange)


def test_a_changed_segment_spoils_no_other() -> None:
    data = plain(3 * SEGMENT)
    touched = bytearray(container(data))
    touched[HEAD + STEP + 5] ^= 1
    with opened(bytes(touched)) as file:
        assert file.pread(SEGMENT, 0) == data[:SEGMENT]
        assert file.pread(SEGMENT, 2 * SEGMENT) == data[2 * SEGMENT :]
        with pytest.raises(SealBroken, match="near byte 65536"):
            file.pread(10, SEGMENT + 10)


def test_another_key_opens_nothing() -> None:
    made = container(plain(10))
    with pytest.raises(NotFound), opened(made, new_key()):
        pass
    forged = bytearray(made)
    stranger = new_key()
    forged[12:20] = bytes.fromhex(stranger.id)
    with pytest.raises(SealBroken, match="head was changed"), opened(bytes(forged), stranger):
        pass


def test_a_key_never_shows_itself() -> None:
    key = new_key()
    assert key.secret.hex() not in repr(key) and str(key.secret) not in repr(key) and len(key.id) == 16
    with pytest.raises(ValueError, match="32 bytes"):
        Key(secret=b"short")
