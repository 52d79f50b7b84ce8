"""The copy of a picture that is handed out looks the same and says nothing of where, when and by whom it was taken."""

import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from hotline1022.core.errors import Refused
from hotline1022.tickets.picture_copy import KINDS, clean
from tests.lab.ffmpeg import ffmpeg

GPS = b"10.9804N,106.6519E"
OWNER = b"Nguyen Thi Anh"


def tiff(order: str = ">", side: int = 6) -> bytes:
    """EXIF with a side that is up, an owner and a place."""
    entries = [(0x0112, 3, 1, struct.pack(f"{order}HH", side, 0)), (0xA430, 2, 4, b"Anh\0"), (0x8825, 4, 1, b"\0" * 4)]
    body = b"".join(struct.pack(f"{order}HHI", tag, kind, count) + value for tag, kind, count, value in entries)
    mark = b"MM\0*" if order == ">" else b"II*\0"
    return mark + struct.pack(f"{order}IH", 8, len(entries)) + body + b"\0" * 4 + GPS + OWNER


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


#: a scan with a byte that looks like a marker, a restart and filling
SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
ICC = segment(0xE2, b"ICC_PROFILE\0\1\1colours")
ADOBE = segment(0xEE, b"Adobe\0d\0\0\0\0\1")
FRAME = segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0")
TABLE = segment(0xC4, b"\0" * 17)


def jpeg(*parts: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def test_a_jpeg_loses_all_but_its_looks_and_its_side() -> None:
    secret = (
        segment(0xE1, b"Exif\0\0" + tiff()),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + OWNER),
        segment(0xE2, b"MPF\0" + GPS),
        segment(0xED, b"Photoshop 3.0\0" + OWNER),
        segment(0xFE, OWNER),
    )
    second = jpeg(segment(0xE1, b"Exif\0\0" + tiff()), FRAME, SCAN)
    given = jpeg(JFIF, *secret, ICC, ADOBE, FRAME, TABLE, SCAN, segment(0xFE, GPS), TABLE, SCAN) + second + GPS
    made = clean(given, "image/jpeg")
    only = segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0")
    assert made == jpeg(JFIF, only, ICC, ADOBE, FRAME, TABLE, SCAN, TABLE, SCAN)
    assert clean(made, "image/jpeg") == made


#: reserved ones, a table of nothing, a JPEG in the JPEG, other makers' words, markers that stand alone
UNKNOWN = (*range(0x02, 0xC0, 9), 0xBF, 0xC8, 0xD8, *range(0xE0, 0xF0), *range(0xF0, 0xFE), 0xFE)


def test_a_jpeg_loses_whatever_no_decoder_needs() -> None:
    secret = b"".join(segment(marker, b"maker\0" + OWNER + GPS) for marker in UNKNOWN)
    tables = b"".join(segment(marker, b"\0" * 4) for marker in (0xC4, 0xCC, 0xDB, 0xDC, 0xDD))
    again = JFIF + ADOBE
    told = segment(0xEE, b"Adobe\0d\0\0\0\0\1" + OWNER)
    given = jpeg(
        JFIF,
        secret,
        told,
        ICC,
        again,
        tables,
        b"\xff\x01",
        b"\xff\xff\xff",
        FRAME,
        secret,
        SCAN,
        secret,
        b"\xff\xd0",
        SCAN,
    )
    made = clean(given, "image/jpeg")
    assert made == jpeg(JFIF, ADOBE, ICC, tables, FRAME, SCAN, SCAN)


def test_all_frames_are_kept_and_the_first_word_on_the_side_counts() -> None:
    for marker in (*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)):
        frame = segment(marker, FRAME[4:])
        sides = segment(0xE1, b"Exif\0\0" + tiff("<", 8)), segment(0xE1, b"Exif\0\0" + tiff("<", 3))
        made = clean(jpeg(*sides, frame, SCAN), "image/jpeg")
        assert b"\x01\x12\0\3\0\0\0\1\0\x08" in made and made.endswith(jpeg(frame, SCAN)[2:])


def test_a_jpeg_of_which_nothing_is_left_to_draw_has_no_copy() -> None:
    for parts in ((JFIF,), (JFIF, FRAME), (JFIF, segment(0xF7, b"\x08\0\1"), SCAN)):
        with pytest.raises(Refused):
            clean(jpeg(*parts), "image/jpeg")


def test_a_jpeg_without_anything_stays_as_it_is_and_one_that_is_upright_has_no_exif() -> None:
    bare = jpeg(JFIF, FRAME, SCAN)
    assert clean(bare, "image/jpeg") == bare
    for order, side in (("<", 1), (">", 1), ("<", 9)):
        assert clean(jpeg(segment(0xE1, b"Exif\0\0" + tiff(order, side)), FRAME, SCAN), "image/jpeg") == jpeg(
            FRAME, SCAN
        )
    turned = clean(jpeg(segment(0xE1, b"Exif\0\0" + tiff("<", 8)), FRAME, SCAN), "image/jpeg")
    assert b"\x01\x12\0\3\0\0\0\1\0\x08" in turned and GPS not in turned
    small = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\2" + b"thumbnail of")
    assert b"thumb" not in clean(jpeg(small, FRAME, SCAN), "image/jpeg")


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_png_keeps_what_is_drawn() -> None:
    head, drawn, end = chunk(b"IHDR", b"\0" * 13), chunk(b"IDAT", b"pixels"), chunk(b"IEND")
    secret = chunk(b"tEXt", b"Author\0" + OWNER), chunk(b"eXIf", tiff()), chunk(b"iTXt", GPS), chunk(b"tIME", b"\0" * 7)
    png = b"\x89PNG\r\n\x1a\n"
    given = png + head + chunk(b"gAMA", b"\0" * 4) + b"".join(secret) + drawn + secret[0] + end + GPS
    assert clean(given, "image/png") == png + head + chunk(b"gAMA", b"\0" * 4) + drawn + end


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(k + struct.pack("<I", len(b)) + b + b"\0" * (len(b) % 2) for k, b in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_a_webp_keeps_what_is_drawn_and_its_head_says_so() -> None:
    drawn, rest = (b"VP8 ", b"odd"), b"\0" * 9
    given = riff((b"VP8X", b"\x2c" + rest), (b"ICCP", b"co"), drawn, (b"EXIF", tiff()), (b"XMP ", OWNER)) + GPS
    made = clean(given, "image/webp")
    only = b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    assert made == riff((b"VP8X", b"\x28" + rest), (b"ICCP", b"co"), drawn, (b"EXIF", only))
    upright = riff((b"VP8X", b"\x2c" + rest), drawn, (b"EXIF", tiff("<", 1)), (b"XMP ", OWNER))
    assert clean(upright, "image/webp") == riff((b"VP8X", b"\x20" + rest), drawn)
    assert clean(riff(drawn), "image/webp") == riff(drawn)


def test_what_is_torn_or_no_picture_has_no_copy() -> None:
    whole = {
        "image/jpeg": jpeg(JFIF, segment(0xE1, b"Exif\0\0" + tiff()), FRAME, SCAN),
        "image/png": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + chunk(b"IEND"),
        "image/webp": riff((b"VP8X", b"\0" * 10), (b"VP8 ", b"odd")),
    }
    assert set(whole) == KINDS
    for kind, data in whole.items():
        for length in range(len(data)):
            with pytest.raises(Refused) as caught:
                clean(data[:length], kind)
            assert caught.value.error_id == "attachment-no-copy"
    for kind in ("image/heic", "application/pdf", "video/mp4", "text/plain"):
        with pytest.raises(Refused):
            clean(b"%PDF", kind)
    with pytest.raises(Refused):
        clean(whole["image/png"], "image/jpeg")


def test_a_real_picture_is_drawn_the_same(tmp_path: Path) -> None:
    for kind, name in (("image/jpeg", "a.jpg"), ("image/png", "a.png")):
        file = tmp_path / name
        command = (*ffmpeg().command, "-v", "error")
        subprocess.run((*command, "-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "1", file), check=True)
        data = file.read_bytes()
        if kind == "image/jpeg":
            data = data[:2] + segment(0xE1, b"Exif\0\0" + tiff(side=1)) + data[2:] + GPS
        else:
            data = data.replace(chunk(b"IEND"), chunk(b"eXIf", tiff(side=1)) + chunk(b"IEND"))
        assert GPS in data
        drawn = []
        for one in (data, clean(data, kind)):
            file.write_bytes(one)
            raw = subprocess.run((*command, "-i", file, "-f", "rawvideo", "-"), check=True, capture_output=True)
            drawn.append(raw.stdout)
        assert drawn[0] == drawn[1] and len(drawn[0]) > 64 * 48
        assert GPS not in file.read_bytes() and OWNER not in file.read_bytes()
