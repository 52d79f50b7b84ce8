"""The table of another PBX's calls as records: encodings, separators, columns, times and numbers. Pure; reads no recording."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hotline1022.core.errors import Invalid

#: columns by what they mean, of the exports that are known
PRESETS: Mapping[str, Mapping[str, str]] = {
    "freepbx": {
        "time": "calldate", "caller": "src", "called": "dst", "file": "recordingfile", "id": "uniqueid",
        "duration": "duration", "talk": "billsec",
    },
    "issabel": {
        "time": "calldate", "caller": "src", "called": "dst", "file": "userfield", "id": "uniqueid",
        "duration": "duration", "talk": "billsec",
    },
    "vicidial": {
        "time": "start_time", "caller": "phone_number", "called": "did_pattern", "file": "filename", "id": "recording_id",
        "duration": "length_in_sec", "agent": "user",
    },
}  # fmt: skip
MEANINGS = ("time", "caller", "called", "file", "agent", "id", "duration", "talk")
_NEEDED = ("time", "file")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M")
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_HARMLESS = re.compile(r"[^\w+().@ -]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of the table; `problem` says what makes it no call."""

    line: int
    file: str
    at: datetime | None
    #: digits and +, as the call log has it; "" when withheld or no number
    caller: str
    #: what stood there
    sent: str
    called: str
    agent: str
    duration_ms: int | None
    #: None = unknown; 0 = nobody answered
    talk_ms: int | None
    problem: str = ""

    @property
    def odd(self) -> bool:
        """Whether something stood for the caller that is no telephone number."""
        return bool(self.sent) and not self.caller


def columns_of(preset: str, given: str) -> dict[str, str]:
    """Columns by meaning: those of the preset, and `given` ("time=calldate,caller=src") in their place. Invalid `import-map`."""
    columns = dict(PRESETS[preset])
    for pair in filter(None, (part.strip() for part in given.split(","))):
        meaning, mark, column = pair.partition("=")
        if not mark or meaning not in MEANINGS:
            raise Invalid(f"{pair!r} is no MEANING=COLUMN; meanings are {', '.join(MEANINGS)}", error_id="import-map")
        columns[meaning] = column
    return columns


def records(data: bytes, columns: Mapping[str, str], zone: ZoneInfo) -> Iterator[Record]:
    """The rows of the table. Invalid `import-columns` when the table lacks a column that is needed."""
    text = decoded_text(data)
    head = text.partition("\n")[0]
    separator = max(",;\t|", key=head.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    there = {name.strip().lower(): name for name in rows.fieldnames or ()}
    for meaning in _NEEDED:
        if columns.get(meaning, "").lower() not in there:
            text = f"the table has no column {columns.get(meaning)!r} ({meaning}); it has {', '.join(there) or 'none'}"
            raise Invalid(f"{text}: name it by --map {meaning}=COLUMN", error_id="import-columns")
    for row in rows:
        said = {meaning: (row.get(there.get(column.lower(), "")) or "").strip() for meaning, column in columns.items()}
        yield _record(rows.line_num, said, zone)


def decoded_text(data: bytes) -> str:
    """UTF-8 with or without its mark, else windows-1258, in which every byte means something."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1258", errors="replace")


def _record(line: int, said: Mapping[str, str], zone: ZoneInfo) -> Record:
    at = time_of(said.get("time", ""), zone)
    file = said.get("file", "").removeprefix("audio:")
    sent = _HARMLESS.sub("", said.get("caller", ""))[:64]
    plain = re.sub(r"[ ().-]", "", sent)
    problem = "time-unreadable" if at is None else "no-file" if not file else ""
    return Record(
        line=line,
        file=file,
        at=at,
        caller=plain if _NUMBER.fullmatch(plain) else "",
        sent=sent,
        called=re.sub(r"[^0-9]", "", said.get("called", ""))[:15],
        agent=_HARMLESS.sub("", said.get("agent", ""))[:32],
        duration_ms=_seconds(said.get("duration", "")),
        talk_ms=_seconds(said.get("talk", "")),
        problem=problem,
    )


def time_of(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment as exports write it (day before month), on the clock of `zone` or in seconds since 1970; None for neither."""
    if re.fullmatch(r"[0-9]{9,11}(\.[0-9]+)?", text):
        return datetime.fromtimestamp(int(text.partition(".")[0]), UTC)
    for form in _TIMES:
        try:
            found = datetime.strptime(text.partition(".")[0], form)
        except ValueError:
            continue
        return found.replace(tzinfo=zone).astimezone(UTC) if found.year >= 1990 else None
    return None


def _seconds(text: str) -> int | None:
    return int(text.partition(".")[0]) * 1000 if re.fullmatch(r"[0-9]{1,7}(\.[0-9]*)?", text) else None
