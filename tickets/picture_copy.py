"""A copy of a picture to hand out: as it looks, without where, when, with what and by whom it was taken. Refuses what is no picture that it
can take apart (Refused `attachment-no-copy`). The pixels stay bit by bit; the file that is filed is another one and is not touched.
"""

import struct
from collections.abc import Callable, Iterator, Mapping

from hotline1022.core.errors import Refused

_PNG = b"\x89PNG\r\n\x1a\n"
#: chunks of PNG that say how it looks
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYS hIST cICP mDCV cLLI acTL fcTL fdAT".split()
)
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
#: frames, by how they are coded (ITU-T T.81, table B.1); C4, C8 and CC are something else
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
#: besides them all that is decoded by: tables of Huffman and arithmetic coding, scans, quantization, lines, restarts, hierarchy, the end
_DRAWN = _FRAMES | {0xC4, 0xCC, _SOS, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, _EOI}
#: markers without a length
_BARE = frozenset((0x01, *range(0xD0, 0xD8)))
_EXIF = b"Exif\0\0"
_ORIENTATION, _UPRIGHT = 0x0112, 1


def clean(data: bytes, media_type: str) -> bytes:
    """The copy. Of EXIF only which side is up is kept, as a picture lies on its side without."""
    take = _TAKE.get(media_type)
    if take is None:
        raise _no_copy(f"a file of type {media_type}")
    try:
        return take(data)
    except (struct.error, IndexError, ValueError) as error:
        raise _no_copy("a file that is torn or something else than it says") from error


def _jpeg(data: bytes) -> bytes:
    """Its frames, tables and scans, colours, and what Adobe says of them. Nothing else, known or not, and nothing behind its end, where
    cameras put further pictures and films.
    """
    if data[:2] != bytes((0xFF, _SOI)):
        raise ValueError("no JPEG")
    kept, side, found = [data[:2]], _UPRIGHT, set[int]()
    for marker, part in _segments(data):
        if marker == _APP1 and marker not in found and part[4:].startswith(_EXIF):
            side = _orientation(part[4 + len(_EXIF) :])
            found.add(marker)  # viewers go by the first one
        if needed := _of_looks(marker, part, found):
            found.add(marker)
            kept.append(needed)
    if _SOS not in found or not found & _FRAMES:
        raise ValueError("no picture is left")
    if side != _UPRIGHT:
        exif = _EXIF + _only(side)
        # behind what opens the file as JFIF
        place = 2 if kept[1][1] == _APP0 else 1
        kept.insert(place, _segment(_APP1, exif))
    return b"".join(kept)


def _of_looks(marker: int, part: bytes, found: set[int]) -> bytes:
    """What of a segment is needed to draw the picture; nothing of one that says the same again."""
    body = part[4:]
    if marker == _APP0 and body.startswith(b"JFIF\0") and len(body) >= 14:
        # without the small picture
        return b"" if marker in found else _segment(marker, body[:12] + b"\0\0")
    if marker == _APP2 and body.startswith(b"ICC_PROFILE\0"):
        return part
    if marker == _APP14 and body.startswith(b"Adobe") and len(body) >= 12:
        return b"" if marker in found else _segment(marker, body[:12])
    return part if marker in _DRAWN else b""


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each with its marker, a scan with what belongs to it; ends with the picture. ValueError where that has no end."""
    place = 2
    while True:
        if data[place] != 0xFF:
            raise ValueError("no marker where one should be")
        while data[place + 1] == 0xFF:  # filling
            place += 1
        marker = data[place + 1]
        if marker == _EOI:
            yield marker, data[place : place + 2]
            return
        if marker in _BARE:
            end = place + 2
        else:
            (length,) = struct.unpack_from(">H", data, place + 2)
            end = place + 2 + length
            if length < 2 or end > len(data):
                raise ValueError("a segment that is longer than the file")
        if marker == _SOS:
            end = _scan_end(data, end)
        yield marker, data[place:end]
        place = end


def _scan_end(data: bytes, place: int) -> int:
    """Where the next marker behind a scan is: neither a byte of it nor a restart."""
    while True:
        place = data.index(0xFF, place)
        if data[place + 1] != 0 and data[place + 1] not in _BARE and data[place + 1] != 0xFF:
            return place
        place += 1 if data[place + 1] == 0xFF else 2


def _png(data: bytes) -> bytes:
    if not data.startswith(_PNG):
        raise ValueError("no PNG")
    kept, place = [_PNG], len(_PNG)
    while True:
        (length,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data):
            raise ValueError("a chunk that is longer than the file")
        if kind in _PNG_KEPT:
            kept.append(data[place:end])
        if kind == b"IEND":
            return b"".join(kept)
        place = end


def _webp(data: bytes) -> bytes:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no WebP")
    (size,) = struct.unpack_from("<I", data, 4)
    if size + 8 > len(data):
        raise ValueError("a file that is shorter than it says")
    kept, side, place = list[bytes](), _UPRIGHT, 12
    while place < size + 8:
        (length,) = struct.unpack_from("<I", data, place + 4)
        kind, end = data[place : place + 4], place + 8 + length + length % 2
        if end > size + 8:
            raise ValueError("a chunk that is longer than the file")
        if kind == b"EXIF":
            side = _orientation(data[place + 8 : place + 8 + length].removeprefix(_EXIF))
        if kind in _WEBP_KEPT:
            kept.append(data[place:end])
        place = end
    return _riff(kept, side)


def _riff(chunks: list[bytes], side: int) -> bytes:
    exif = b"" if side == _UPRIGHT else _only(side)
    # what it has is told in its head: no XMP, and EXIF where a side is up that is not the first
    chunks = [
        one if one[:4] != b"VP8X" else one[:8] + bytes((one[8] & ~0x0C | (0x08 if exif else 0),)) + one[9:]
        for one in chunks
    ]
    if exif and chunks and chunks[0][:4] == b"VP8X":
        chunks.append(b"EXIF" + struct.pack("<I", len(exif)) + exif)
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _orientation(tiff: bytes) -> int:
    """Which side is up, 1 to 8; 1 where that cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return _UPRIGHT
        (place,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, place)
        for number in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, place + 2 + 12 * number)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else _UPRIGHT
    except struct.error:
        pass
    return _UPRIGHT


def _only(side: int) -> bytes:
    """EXIF that says nothing else."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, side, 0, 0)


_TAKE: Mapping[str, Callable[[bytes], bytes]] = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
#: of what such a copy can be made
KINDS = frozenset(_TAKE)


def _no_copy(what: str) -> Refused:
    return Refused(
        f"no copy without personal data can be made of {what}; save it as JPEG or PNG, and attach that",
        error_id="attachment-no-copy",
    )
