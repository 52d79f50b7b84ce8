"""Live events put together: the bus, its sources, and which call is at which line."""

from collections.abc import Callable

from hotline1022.core.outcomes import Direction
from hotline1022.db.unit import Database
from hotline1022.service.alarms import Bell
from hotline1022.service.calls.call_log import CallLog
from hotline1022.service.live.bus import LiveBus
from hotline1022.service.live.line_calls import LineCalls
from hotline1022.service.live.news import LiveNews


class LiveParts:
    """What database and bell have committed is told from now on; the others are given `news`."""

    def __init__(self, database: Database, bell: Bell, call_log: Callable[[], CallLog]) -> None:
        self.bus = LiveBus()
        self.at_lines = LineCalls(lambda: call_log().going_on())
        self.news = LiveNews(
            publish=self.bus.publish,
            at_lines=self.at_lines,
            call=lambda call: call_log().call(call),
            going_on=lambda: sum(one.direction is Direction.IN for one in call_log().going_on()),
        )
        database.ticket_changed = self.news.ticket
        bell.told = self.news.alarm
