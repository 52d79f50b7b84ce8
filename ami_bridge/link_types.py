"""How long a link may take for what, and what it counts. Values only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTimes:
    """How long things may take, in seconds."""

    ping: float = 5.0
    connect: float = 5.0
    action: float = 5.0
    consumer: float = 30.0
    drain: float = 2.0
    #: first and longest pause before a new connection
    retry_first: float = 0.5
    retry_cap: float = 30.0
    #: the same after the account was refused
    refused_first: float = 60.0
    refused_cap: float = 900.0
    #: a link that held so long begins again with the first pause
    stable: float = 30.0
    #: a FullyBooted later than this after the login means that Asterisk was still starting: a new epoch
    boot_grace: float = 0.2


@dataclass(slots=True)
class LinkStats:
    """Counted since the start, for the metrics."""

    connects: int = 0
    logins: int = 0
    losses: int = 0
    refusals: int = 0
    silences: int = 0
    overflows: int = 0
    events: int = 0
    malformed: int = 0
    consumer_errors: int = 0
