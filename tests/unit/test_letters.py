"""What is the scan of a letter: told by its bytes, whatever its name says; and the API's routes about scans."""

import json
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError
from hotline1022.directory.letters import LARGEST, MOST, check_room, kind_of
from hotline1022.web import letters
from tests.unit.letters_memory import CHANGE, LETTER, SCAN
from tests.unit.web_memory import SECRETS, open_house


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4\n", "application/pdf"),
        (b"\xef\xbb\xbf junk of a scanner\n%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0" + bytes(8), "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + bytes(8), "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
    ],
)
def test_what_is_a_scan_its_bytes_say(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


@pytest.mark.parametrize(
    ("data", "error_id"),
    [
        (b"", "letter-empty"),
        (b"MZ\x90\x00", "letter-kind"),
        (b"<html><script>", "letter-kind"),
        (b"PK\x03\x04word/document.xml", "letter-kind"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "letter-kind"),
        (b"\x00\x00\x00\x18ftypmp42", "letter-kind"),
        (bytes(2000) + b"%PDF-1.7", "letter-kind"),
        (b"%PDF-" + bytes(LARGEST), "letter-large"),
    ],
)
def test_what_is_none_is_refused_whatever_its_name(data: bytes, error_id: str) -> None:
    with pytest.raises(HotlineError) as caught:
        kind_of(data)
    assert caught.value.error_id == error_id


def test_the_api_reads_as_much_as_is_stored() -> None:
    assert letters.LARGEST == LARGEST


def test_a_change_has_room_for_a_few() -> None:
    check_room(MOST - 1)
    with pytest.raises(HotlineError) as caught:
        check_room(MOST)
    assert caught.value.error_id == "letters-full"


async def test_a_scan_goes_in_and_out_by_the_api_and_both_are_acts(tmp_path: Path) -> None:
    admin = {"Authorization": f"Bearer {SECRETS['admin']}", "Content-Type": "text/html"}
    async with open_house(tmp_path) as house:
        path = f"/api/directory/changes/{CHANGE}/letters?name=cv.pdf"
        async with house.client.post(path, data=SCAN, headers=admin) as response:
            made = json.loads(await response.text())
            assert (response.status, made["media_type"]) == (201, "application/pdf"), "its bytes count, not the header"
            assert "path" not in made
        async with house.client.get(f"/api/directory/letters/{LETTER}", headers=admin) as response:
            assert await response.read() == SCAN and response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Disposition"].startswith("attachment; ")
        async with house.client.get(f"/api/directory/letters/{'e' * 16}", headers=admin) as response:
            assert response.status == 404
        async with house.client.post(path, data=b"MZ", headers=admin) as response:
            assert (response.status, json.loads(await response.text())["error_id"]) == (400, "letter-kind")
        async with house.client.post(path.replace("cv.pdf", "..%2Fcv.pdf"), data=SCAN, headers=admin) as response:
            assert response.status == 400
