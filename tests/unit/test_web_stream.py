"""A recording over HTTP: what cannot be read says why, before the answer begins."""

from pathlib import Path

from hotline1022.recordings.seal import new_key, seal
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
