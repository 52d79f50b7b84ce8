"""When to try again, when to give up, when to ask. Pure: times and chance come in as arguments."""

from datetime import datetime, timedelta

#: seconds before the second request; doubled each time
FIRST = 20.0
#: seconds between two requests at most
LONGEST = 1800.0
#: by so much of itself a wait may be longer or shorter, so that not all come back together
JITTER = 0.25
#: requests that a gateway may turn down before the message is given up
TRIES = 12
#: after which times the gateway is asked what became of a message
ASK = tuple(timedelta(seconds=s) for s in (60, 300, 1800, 3 * 3600, 12 * 3600, 24 * 3600))


def again_at(tries: int, at: datetime, chance: float, seconds: float | None = None) -> datetime:
    """When a message that was tried so often is tried again; `chance` in [0, 1), `seconds` as the gateway wants it.

    What a gateway asks for is never cut short, and stretched by chance alone.
    """
    if seconds is not None:
        return at + timedelta(seconds=max(1.0, seconds) * (1 + JITTER * chance))
    wait = min(LONGEST, FIRST * 2.0 ** min(max(0, tries - 1), 20))
    return at + timedelta(seconds=wait * (1 - JITTER + 2 * JITTER * chance))


def given_up(tries: int, since: datetime, at: datetime, patience: timedelta) -> bool:
    """Whether a message that could be sent from `since` on, and was turned down so often, is a dead letter now."""
    return tries >= TRIES or at - since >= patience


def ask_at(asked: int, at: datetime) -> datetime | None:
    """When to ask next, after having asked so often; None: no more."""
    return at + ASK[asked] if asked < len(ASK) else None
