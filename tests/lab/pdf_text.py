"""The text of a PDF as a reader would copy it out: by the fonts' own tables of letters. Only for what typst writes: compressed
streams, fonts with two bytes a sign; no encryption, no pictures.
"""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_FONT = re.compile(rb"/(f\d+) [\d.]+ Tf")
_HEXADECIMAL = re.compile(rb"<([0-9A-Fa-f]*)>")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pdf_text(data: bytes) -> str:
    """What is shown, each piece of text on a line of its own; KeyError for a sign that has no letter."""
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    text: list[str] = []
    for body in objects.values():
        if b"/Type/Page/" not in body:
            continue
        (content,) = re.findall(rb"/Contents (\d+) 0 R", body)
        (resources,) = re.findall(rb"/Resources (\d+) 0 R", body)
        fonts = dict(re.findall(rb"/(f\d+) (\d+) 0 R", objects[int(resources)]))
        letters = {name: _letters(objects, objects[int(number)]) for name, number in fonts.items()}
        text += _lines(_stream(objects[int(content)]), letters)
    return "\n".join(text)


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1]) if b"FlateDecode" in body else found[1]


def _letters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    (number,) = re.findall(rb"/ToUnicode (\d+) 0 R", font)
    table = _stream(objects[int(number)])
    made = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for sign, letter in re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", block):
            made[int(sign, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    return made


def _lines(content: bytes, letters: dict[bytes, dict[int, str]]) -> list[str]:
    lines, line, font, at, shown = [], "", b"", 0, False
    while at < len(content):
        if found := _FONT.match(content, at):
            font, at = found[1], found.end()
        elif content.startswith((b"BT ", b"ET\n"), at):
            shown = content[at] == ord("B")
            if not shown:
                lines.append(line)
                line = ""
            at += 3
        elif content[at] in b"(<" and content[at : at + 2] != b"<<":
            raw, at = _string(content, at)
            if shown:
                line += "".join(letters[font][int.from_bytes(raw[one : one + 2])] for one in range(0, len(raw), 2))
        else:
            at += 2 if content[at : at + 2] == b"<<" else 1
    return lines


def _string(content: bytes, at: int) -> tuple[bytes, int]:
    """The string that begins there, and where it ends; parentheses inside it come in pairs, or escaped."""
    if found := _HEXADECIMAL.match(content, at):
        return bytes.fromhex(found[1].decode()), found.end()
    raw, depth = b"", 0
    while True:
        if escaped := _ESCAPE.match(content, at):
            raw, at = raw + _unescaped(escaped), escaped.end()
            continue
        sign = content[at : at + 1]
        at += 1
        depth += (sign == b"(") - (sign == b")")
        if not depth:
            return raw[1:], at
        raw += sign


def _unescaped(found: re.Match[bytes]) -> bytes:
    given = found[1]
    return bytes([int(given, 8)]) if given[:1].isdigit() else _PLAIN.get(given, given)
