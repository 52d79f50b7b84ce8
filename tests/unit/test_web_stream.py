"""A recording over HTTP: what cannot be read says why, before the answer begins."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientError

from hotline1022.core.errors import Unavailable
from hotline1022.recordings.seal import new_key, seal
from hotline1022.web.listening_port import RangeSource
from hotline1022.web.package_port import PackageFound
from tests.unit.listening_memory import KEY
from tests.unit.web_memory import open_house


async def test_a_missing_key_and_a_damaged_file_say_so(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        file = tmp_path / "recordings" / "copy.wav"
        path = f"/api/listen/{KEY}"
        sealed = b"".join(seal([file.read_bytes()], new_key()))
        for content, error_id in ((sealed, "recording-key-missing"), (sealed[:40], "recording-damaged")):
            file.write_bytes(content)
            status, told = await house.ask("GET", path, "listen")
            assert (status, told["error_id"]) == (503, error_id) and told["cure"], told
        assert file.read_bytes() == sealed[:40], "the file stays"


class Breaking:
    """A source that cannot be read to its end."""

    size = 5 << 20

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def read(self, first: int, after: int) -> AsyncIterator[bytes]:
        yield bytes(1 << 20)
        raise self._error

    async def check(self) -> None:
        """It stands."""

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    "error", [Unavailable("the recording is damaged; look", error_id="recording-damaged"), OSError(5, "I/O error")]
)
async def test_what_breaks_in_the_middle_breaks_the_line_and_says_nothing_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async with open_house(tmp_path) as house:

        async def breaking(found: PackageFound, origin: str) -> RangeSource:
            return Breaking(error)

        monkeypatch.setattr(house.packages, "open", breaking)
        got = bytearray()
        answer = await house.client.get(f"/g/{KEY}.zip")
        assert answer.status == 200
        with pytest.raises(ClientError):
            while piece := await answer.content.read(1 << 16):
                got += piece
        assert len(got) <= 1 << 20 and not any(got), "no error's text follows the bytes"
