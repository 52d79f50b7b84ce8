"""What the recorder asks of the house: the call's facts, whether a channel lives, and where its findings go."""

import logging
from collections.abc import Callable

from hotline1022.core.call import fold
from hotline1022.core.errors import Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.rows import event_of
from hotline1022.db.unit import Database
from hotline1022.recordings.facts import facts_of
from hotline1022.recordings.types import CallFacts, Notice
from hotline1022.service.calls.call_log import CallLog

log = logging.getLogger(__name__)


class DatabaseCallBook:
    """recordings.ports.CallBook."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def facts(self, call: CallId) -> CallFacts | None:
        """The call folded anew from its history."""
        async with self._database.reading() as tx:
            found = await tx.calls.load([call])
        folded = fold(event_of(row) for row in found[0].events) if found else None
        return facts_of(folded, voicemail_reason=folded.voicemail_reason) if folded else None


class AsteriskChannels:
    """recordings.ports.Channels: by the journal, and only while the link says that Asterisk is there."""

    def __init__(self, call_log: CallLog, link_up: Callable[[], bool]) -> None:
        self._call_log, self._link_up = call_log, link_up

    async def is_live(self, channel: ChannelId) -> bool:
        """Unavailable while Asterisk cannot be asked whether lost calls are really over."""
        if self._call_log.is_live(channel):
            return True
        if not self._link_up():
            raise Unavailable("Asterisk does not answer; whether the channel lives is not known")
        return False


class LoggedNotices:
    """recordings.ports.Notices."""

    def __init__(self) -> None:
        self.seen: dict[str, int] = {}

    def notice(self, notice: Notice) -> None:
        """Log and count."""
        self.seen[notice.why.value] = self.seen.get(notice.why.value, 0) + 1
        log.warning("recording %s: %s: %s", notice.subject, notice.why, notice.text)
