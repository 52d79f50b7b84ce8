"""The settings of retention: how long recordings and calls are kept, and when they go; each field says its unit and default.
Refuses nothing itself.
"""

from dataclasses import dataclass

from hotline1022.recordings.retention import LONGEST
from hotline1022.recordings.types import Terms
from hotline1022.service.settings.fields import a_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long, and when. Days count from the call, or from the end of its last ticket; 0 = for ever."""

    #: days that ordinary recordings are kept; 730
    ordinary_days: int = a_number(730, 0, LONGEST)
    #: days that recordings of calls for 115 are kept; 1825
    emergency_days: int = a_number(1825, 0, LONGEST)
    #: days that numbers and history of ordinary calls are kept; 1825
    calls_days: int = a_number(1825, 0, LONGEST)
    #: the same of calls for 115; 3650
    calls_emergency_days: int = a_number(3650, 0, LONGEST)
    #: hour of the province from which they may go; 1
    from_hour: int = a_number(1, 0, 23)
    #: hour until which they may go; 5
    until_hour: int = a_number(5, 0, 23)
    #: recordings, and calls, that may go in a night; 0 = five times what was usual in the last thirty nights, 500 at least
    most_a_night: int = a_number(0, 0, 1_000_000)

    @property
    def terms(self) -> Terms:
        """As the recordings room takes them."""
        return Terms(
            ordinary=self.ordinary_days,
            emergency=self.emergency_days,
            calls=self.calls_days,
            calls_emergency=self.calls_emergency_days,
        )

    def quiet(self, hour: int) -> bool:
        """Whether they may go in this hour of the province's day."""
        if self.from_hour < self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour
