"""What a gateway says, as values: each is a named outcome of one request, of sending or of asking. Refuses nothing itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The gateway has it; one id for each part, none where it gives none."""

    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """It has it not, and may take it later. `away`: the gateway's or our account's fault, not this message's."""

    error_id: str
    reason: str
    away: bool = False
    #: seconds after which the gateway wants to be asked again; None = as we like
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedForGood:
    """It will never take this message."""

    error_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """The request left and nobody knows what became of it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The phone has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable:
    """It will never arrive."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StillOpen:
    """The gateway has it and cannot say yet, or cannot be asked now."""


#: of sending
Sent = Accepted | NotTaken | RefusedForGood | NoAnswer
#: of asking
Asked = Accepted | Arrived | Undeliverable | NotTaken | StillOpen
