"""Sheets of questions that were tried, kept until they are written: the same bytes need not be chosen again. Refuses to keep much or for
long, to give a sheet to another session than the one that sent it, and to find one by anything but the hash of its bytes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from aiohttp import web

from hotline1022.faq.types import Report

#: from the trial on; who comes later chooses the file again
KEPT = timedelta(minutes=30)
#: sheets of all people together, and their bytes; the oldest go first. Of one session there is one
MOST, BYTES = 50, 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One, with what was told of it."""

    session: str
    #: of the bytes, in hexadecimal
    sha256: str
    #: as it is called at its sender's, NFC
    name: str
    #: nothing once it was written: what is left is the report
    data: bytes
    #: what it was tried for
    agency: str
    propose: bool
    report: Report
    until: datetime


class TriedSheets:
    """In memory: after a restart of the service they are gone."""

    def __init__(self) -> None:
        self._kept: list[Tried] = []

    def put(self, one: Tried) -> None:
        """In place of what the session tried before."""
        self._kept = [known for known in self._kept if known.session != one.session]
        self._kept.append(one)
        while len(self._kept) > MOST or (len(self._kept) > 1 and self._bytes() > BYTES):
            del self._kept[0]

    def of(self, session: str, now: datetime) -> Tried | None:
        """What this session tried last."""
        self._kept = [one for one in self._kept if one.until > now]
        return next((one for one in self._kept if one.session == session), None)

    def take(self, session: str, digest: str, now: datetime) -> Tried | None:
        """The sheet itself, once: who presses twice finds none; None too where it is another one by now."""
        found = self.of(session, now)
        if found is None or not found.data or sha256(found.data).hexdigest() != digest:
            return None
        self._change(found, replace(found, data=b""))
        return found

    def put_back(self, taken: Tried) -> None:
        """It was not written after all."""
        now = next((one for one in self._kept if one.session == taken.session), None)
        if now is not None and now.sha256 == taken.sha256:
            self._change(now, taken)

    def written(self, taken: Tried, report: Report) -> None:
        """What became of it, in place of what would have."""
        now = next((one for one in self._kept if one.session == taken.session), None)
        if now is not None and now.sha256 == taken.sha256:
            self._change(now, replace(now, data=b"", report=report))

    def _change(self, before: Tried, after: Tried) -> None:
        self._kept = [after if one is before else one for one in self._kept]

    def _bytes(self) -> int:
        return sum(len(one.data) for one in self._kept)


def tried(*, session: str, name: str, data: bytes, agency: str, propose: bool, report: Report, now: datetime) -> Tried:
    """A sheet that was tried, or written, just now."""
    return Tried(
        session=session,
        sha256=sha256(data).hexdigest(),
        name=name,
        data=b"" if report.written else data,
        agency=agency,
        propose=propose,
        report=report,
        until=now + KEPT,
    )


#: where an application keeps its own
TRIED: web.AppKey[TriedSheets] = web.AppKey("tried_sheets", TriedSheets)
