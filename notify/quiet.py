"""The hours in which no phone should ring for a message, on the province's clock. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from hotline1022.core.clock import local
from hotline1022.notify.types import Channel, Message, NewMessage, RecipientKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """From one time of day to another, over midnight or not; the same time twice = never quiet."""

    starts: time = time(21)
    ends: time = time(7)

    def until(self, at: datetime) -> datetime | None:
        """When a message that is ready at this moment may leave; None = at once."""
        now = local(at)
        clock = now.time().replace(tzinfo=None)
        over_night = self.starts > self.ends
        inside = clock >= self.starts or clock < self.ends if over_night else self.starts <= clock < self.ends
        if not inside:
            return None
        day = now + timedelta(days=1) if over_night and clock >= self.starts else now
        return datetime.combine(day.date(), self.ends, now.tzinfo)

    def holds(self, message: Message | NewMessage, at: datetime) -> datetime | None:
        """When this message may leave; None = at once. Emails ring nobody; officers of urgent tickets are rung."""
        citizen = message.kind is RecipientKind.CITIZEN
        rings = message.channel is Channel.SMS and (citizen or not message.urgent)
        return self.until(at) if rings else None
