"""The settings of webhooks: which addresses beside public ones may be told, when one is given up, how long rows are kept. Refuses
nothing itself.
"""

from dataclasses import dataclass

from hotline1022.service.settings.fields import a_number


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Programs of others that are told."""

    #: networks that are not public and may be told, such as "10.20.0.0/16" or "127.0.0.1"; empty = none
    networks: tuple[str, ...] = ()
    #: days after which a receiver that fails is paused, and an event that it refuses given up; 3
    give_up_days: int = a_number(3, 1, 30)
    #: days that events are kept, told or not; 30
    keep_days: int = a_number(30, 1, 365)
