"""A recording over HTTP: players that go on get the same file or all of it, and what cannot be read says why."""

from hashlib import sha256
from pathlib import Path

from hotline1022.recordings.seal import new_key, seal
from tests.unit.web_memory import SECRETS, open_house


async def test_a_player_that_goes_on_gets_the_same_file_or_all_of_it(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        whole = (tmp_path / "recordings" / "copy.wav").read_bytes()
        path = f"/api/calls/{house.calls.calls[0].id}/recording"
        headers = {"Authorization": f"Bearer {SECRETS['listen']}"}
        tag = f'"{sha256(whole).hexdigest()}"'
        async with house.client.get(path, headers=headers) as response:
            assert response.headers["ETag"] == tag and response.headers["Accept-Ranges"] == "bytes"
        asked = headers | {"Range": "bytes=10-19", "If-Range": tag}
        async with house.client.get(path, headers=asked) as response:
            assert (response.status, await response.read()) == (206, whole[10:20])
            assert response.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
        async with house.client.get(path, headers=asked | {"If-Range": '"of before"'}) as response:
            assert (response.status, await response.read()) == (200, whole)
        async with house.client.get(path, headers=headers | {"If-None-Match": tag}) as response:
            assert (response.status, await response.read()) == (304, b"")
        async with house.client.head(path, headers=headers | {"Range": "bytes=-5"}) as response:
            assert (response.status, response.headers["Content-Length"]) == (206, "5")


async def test_a_missing_key_and_a_damaged_file_say_so(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        file = tmp_path / "recordings" / "copy.wav"
        path = f"/api/calls/{house.calls.calls[0].id}/recording"
        sealed = b"".join(seal([file.read_bytes()], new_key()))
        for content, error_id in ((sealed, "recording-key-missing"), (sealed[:40], "recording-damaged")):
            file.write_bytes(content)
            status, told = await house.ask("GET", path, "listen")
            assert (status, told["error_id"]) == (503, error_id) and told["cure"], told
        assert file.read_bytes() == sealed[:40], "the file stays"
