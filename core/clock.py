"""Time: aware UTC inside, Asia/Ho_Chi_Minh for people. Refuses naive times."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

#: The province's zone; days and months are this zone's, whatever the server's.
PROVINCE = ZoneInfo("Asia/Ho_Chi_Minh")


def aware(at: datetime) -> datetime:
    """Return `at` unchanged, or raise ValueError if it carries no zone."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone was given; use datetime.now(UTC)")
    return at


def local(at: datetime) -> datetime:
    """The same moment on the province's clock."""
    return aware(at).astimezone(PROVINCE)


def local_day(at: datetime) -> date:
    """The day in the province on which the moment falls."""
    return local(at).date()
