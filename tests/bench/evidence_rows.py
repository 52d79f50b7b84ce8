"""The evidence of a million recordings in PostgreSQL: calls, tickets, tracks, and the audit's chain that tells of them.

The chain is a real one: every hash follows from the one before, every entry tells what its rows say, so that a walk finds
nothing. Refuses nothing; what does not matter to a question (sounds, words of tickets) is not made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from hotline1022.audit.types import EMPTY, Fact, Head, Kind, Original, detail_of, link
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db import originals
from hotline1022.db.schema import metadata
from hotline1022.recordings.names import folder_parts, row_id, to_ms
from hotline1022.recordings.types import Side, SpoolFile, State, Status
from tests.bench.catalogue import One, portions, say
from tests.lab.bulk import filling

#: of the recordings, oldest first: those whose calls have lost their history too
EMPTIED = 0.2
#: facts that are stored of a call (a real one has fifteen or more: the walk reads them all)
EVENTS = 3
#: of the calls: one in so many left a message, was listened to, has a listening copy, a ticket that is closed
MESSAGES, HEARD, COPIES = 50, 5, 10
#: what units asked for
DISCLOSURES = 5000
_COLUMNS: dict[str, Sequence[str]] = {
    table: columns.split()
    for table, columns in {
        "call": "id entered_at answered_at ended_at did caller_raw caller_sent caller_e164 state result reason category mode "
        "backfilled wait_ms talk_ms line person version",
        "call_event": "call_id key at kind channel data seq",
        "track": "id call_id channel kind segment_started_at path side sha256 bytes duration_ms status gap_ms lost_ms detail "
        "stored_at",
        "voicemail": "id call_id path sha256 duration_ms left_at reason status heard_at heard_by",
        "recording": "call_id path sha256 duration_ms made_at notes",
        "call_expired": "call_id at",
        "recording_hold": "id recording letter why since by released_at released_by release_why",
        "audit_entry": "seq at kind actor origin subject detail prev sha256",
    }.items()
}
#: after the rest, out of it
_MADE = """
INSERT INTO ticket (id, code, created_at, channel, state, urgency, kind, requester, name, phone, phone_key, email, address,
    area, area_name, category, category_name, service_group, agency, agency_name, content, answer, owner, owner_name,
    begun_at, answer_by, closed_at, clock, made_by, version, search)
SELECT md5(call_id), lpad((row_number() OVER (ORDER BY place))::text, 8, '0'), started_at, 'phone',
    CASE WHEN kind = 'ticket-open' THEN 'new' ELSE 'completed' END, 'ordinary', 'report', 'person', '', caller, caller, '',
    '', '', '', '', '', '', coalesce(about -> 'agencies' ->> 0, ''), '', '', 'answer', '', '', started_at, started_at + interval '5 days',
    CASE WHEN kind <> 'ticket-open' THEN started_at + interval '4 days' END, 'working', 'person:1001', 1, ''
FROM catalogue WHERE jsonb_array_length(about -> 'codes') > 0 OR kind = 'ticket-open';
INSERT INTO ticket_call (ticket_id, call_id, purpose, place, entered_at)
SELECT md5(call_id), call_id, 'talk', 1, started_at FROM catalogue
WHERE jsonb_array_length(about -> 'codes') > 0 OR kind = 'ticket-open';
"""
_LISTENED = f"""
INSERT INTO listening (id, key_sha256, token_id, actor, origin, recording_id, call_id, what, name, reason, words, asked_at,
    expires_at, path, sha256, bytes, duration_ms, played_at)
SELECT id, md5(id) || md5(call_id), 'token', 'token:listen', '10.0.0.7', id, call_id, 'stereo', 'wav', 'complaint',
    'Đơn số 14 ngày 24.11.2026', started_at + interval '1 day', started_at + interval '25 hours', call_id || '.wav',
    md5(id) || md5(id), bytes, duration_ms, started_at + interval '1 day'
FROM catalogue WHERE place % {HEARD} = 0;
INSERT INTO listening_range (listening_id, origin, at, first, after, noted)
SELECT id, origin, asked_at, 0, bytes, bytes FROM listening;
INSERT INTO listening_range (listening_id, origin, at, first, after, noted)
SELECT id, origin, asked_at, 0, bytes, 0 FROM listening ORDER BY asked_at DESC LIMIT 20;
"""
_DISCLOSED = f"""
INSERT INTO disclosure (id, state, unit, letter, letter_date, person, why, recordings, asked_by, asked_at, decided_by,
    decided_at, words, package, sha256, bytes, packed_at, expires_at)
SELECT id, CASE WHEN n > {DISCLOSURES} - 20 THEN 'requested' WHEN n > {DISCLOSURES} - 60 THEN 'packed' ELSE 'expired' END,
    'Công an tỉnh', n || '/CSĐT', started_at::date, 'Trần Văn Bình', 'Xác minh tin báo', jsonb_build_array(id),
    'token:desk', started_at, CASE WHEN n > {DISCLOSURES} - 20 THEN '' ELSE 'cli:lead' END,
    CASE WHEN n <= {DISCLOSURES} - 20 THEN started_at END, '', '1022-' || id || '.zip',
    CASE WHEN n > {DISCLOSURES} - 20 THEN '' ELSE md5(id) || md5(id) END, 1000,
    CASE WHEN n <= {DISCLOSURES} - 20 THEN started_at END, CASE WHEN n <= {DISCLOSURES} - 20 THEN started_at END
FROM (SELECT *, {DISCLOSURES} + 1 - row_number() OVER (ORDER BY place DESC) AS n FROM catalogue
    WHERE place / 1000 % 97 = 0 ORDER BY place DESC LIMIT {DISCLOSURES}) AS few;
INSERT INTO disclosure_hand_out (disclosure_id, received_by, handed_by, at, sha256)
SELECT id, 'Trần Văn Bình', 'token:desk', asked_at, sha256 FROM disclosure WHERE state = 'expired';
"""


Values = tuple[Any, ...]


class Portion:
    """Rows of some recordings, by table, as COPY takes them; the chain goes on from portion to portion."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.rows: dict[str, list[Values]] = {name: [] for name in (*_COLUMNS, "catalogue")}

    def add(self, number: int, of: int, one: One) -> None:
        """Everything about one recording."""
        begun: datetime = one.row["started_at"]
        call = f"hl1-{int(begun.timestamp())}.{number}"
        row = one.row | {"call_id": call}
        self.rows["catalogue"].append(tuple(row.values()))
        emptied = number < of * EMPTIED
        events = self._call(number, row, emptied)
        tracks, message = self._files(number, row)
        told = [originals.of_track(one) for one in tracks] + [originals.of_message(one) for one in message]
        there = [replace(one, status=first) for one, first in zip(told, _before(told, row["state"]), strict=True)]
        facts = originals.history_of(events)
        subject, later = originals.subject_of(call), begun + timedelta(minutes=3)
        self._entry(later, Kind.RECORDING_STORED, subject, detail_of(there, facts))
        if row["state"] == State.VERIFIED:
            self._entry(later, Kind.RECORDING_VERIFIED, f"recording:{row['id']}", {"call": call, "files": len(told)})
        if row["state"] == State.EXPIRED:
            self._entry(later, Kind.RECORDING_EXPIRED, subject, {**detail_of(told, facts), "days": 730})
        if emptied:
            self._entry(later, Kind.CALL_EXPIRED, subject, detail_of(told, originals.history_of([])))
            self.rows["call_expired"].append((call, later))
        else:
            self.rows["call_event"] += [(call, *event.values()) for event in events]
        if row["held"] or number % 500 == 0:
            over = ("person:1001", "xong") if not row["held"] else ("", "")
            hold = (f"{number:016x}", row["id"], f"{number}/CSĐT", "Xác minh", later, "token:desk")
            self.rows["recording_hold"].append((*hold, later if over[0] else None, *over))

    def begin(self, at: datetime) -> None:
        """The first entry: what is there from before the chain is in it."""
        self._entry(at, Kind.CHAIN_BEGUN, "chain", {"calls": 0})

    def _entry(self, at: datetime, kind: Kind, subject: str, detail: dict[str, object]) -> None:
        entry = link(Fact(at=at, kind=kind, actor="service", subject=subject, detail=detail), self.head)
        self.head = Head(seq=entry.seq, sha256=entry.sha256)
        values = {name: getattr(entry, name) for name in _COLUMNS["audit_entry"]}
        self.rows["audit_entry"].append(tuple(values.values()))

    def _call(self, number: int, row: Mapping[str, Any], emptied: bool) -> list[dict[str, Any]]:
        """The call's row; its events."""
        begun: datetime = row["started_at"]
        how = ("emergency", "emergency-answered") if row["kind"] == "emergency" else ("answered", "agent-answered")
        caller = "" if emptied else row["caller"]
        end = (begun, begun, row["ended_at"], "1022", caller, caller, caller or None, "ended", *how)
        self.rows["call"].append((row["call_id"], *end, "", "", False, 0, 0, "101", "1001", 3))
        return [
            {"key": f"k{place}", "at": begun, "kind": "entered", "channel": row["call_id"], "data": {}, "seq": place}
            for place in range(EVENTS)
        ]

    def _files(self, number: int, row: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of two tracks, and of a message that few left."""
        begun: datetime = row["started_at"]
        call = CallId(ChannelId(row["call_id"]))
        folder = "/".join(folder_parts(call))
        bare = row["state"] == State.NOT_RECORDED
        status = Status.EXPIRED if row["state"] == State.EXPIRED else Status.MISSING if bare else Status.STORED
        tracks, messages = [], []
        for side in Side:
            file = SpoolFile(
                call=call, channel=call, kind=LegKind.CITIZEN, started_ms=to_ms(begun), side=side, ending="wav"
            )
            track = self._file(file, folder, status) | {
                "channel": call, "kind": LegKind.CITIZEN, "segment_started_at": begun, "side": side, "bytes": 2_000_000,
                "gap_ms": 0, "lost_ms": 0, "detail": {}, "stored_at": begun, "duration_ms": row["duration_ms"],
            }  # fmt: skip
            tracks.append(track)
            self.rows["track"].append(tuple(track[name] for name in _COLUMNS["track"]))
        if number % MESSAGES == 0:
            file = SpoolFile(call=call, channel=call, kind=None, started_ms=to_ms(begun), side=None, ending="wav")
            message = self._file(file, folder, status) | {
                "duration_ms": 9000, "left_at": begun, "reason": "closed", "heard_at": None, "heard_by": "",
            }  # fmt: skip
            messages.append(message)
            self.rows["voicemail"].append(tuple(message[name] for name in _COLUMNS["voicemail"]))
        if number % COPIES == 0 and status is Status.STORED:
            path = f"{folder}/{call}~listen-0123456789ab.wav"
            self.rows["recording"].append((call, path, sha256(path.encode()).hexdigest(), 9000, begun, []))
        return tracks, messages

    @staticmethod
    def _file(file: SpoolFile, folder: str, status: Status) -> dict[str, Any]:
        id = row_id(file)
        there = status is not Status.MISSING
        path = f"{folder}/{id}.wav" if there else ""
        return {
            "id": id,
            "call_id": file.call,
            "path": path,
            "sha256": sha256(path.encode()).hexdigest() if there else "",
            "status": status,
        }


def _before(told: Sequence[Original], state: str) -> list[str]:
    """What the first entry said of each."""
    return [Status.STORED.value if state == State.EXPIRED else one.status for one in told]


async def fill(address: str, rows: int) -> None:
    """Portion by portion, and what is made out of them."""
    tables = {name: metadata.tables[name] for name in (*_COLUMNS, "catalogue")}
    async with filling(address, list(tables.values())) as bulk:
        head, number = EMPTY, 0
        for some in portions(rows):
            portion = Portion(head)
            if not number:
                portion.begin(some[0].row["started_at"])
            for one in some:
                portion.add(number, rows, one)
                number += 1
            head = portion.head
            for name, values in portion.rows.items():
                await bulk.put(tables[name], _COLUMNS.get(name) or list(some[0].row), values)
        for sql in (_MADE, _LISTENED, _DISCLOSED):
            await bulk.run(sql)
        say("rows are there; indexes now")
