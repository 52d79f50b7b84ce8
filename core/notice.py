"""Whether the citizen was told that the call is recorded, from the call's own history. Pure; invents nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

#: prompts that say that the call is recorded: of the service, of the dialplan alone, and of a call to a citizen
NOTICES = ("greeting", "static-menu", "callback-notice")


class Happened(Protocol):
    """One fact of a call's history."""

    @property
    def kind(self) -> str:
        """Name of the event."""
        ...

    @property
    def at(self) -> datetime:
        """When."""
        ...

    @property
    def channel(self) -> str:
        """On whose leg."""
        ...

    @property
    def data(self) -> Any:
        """Its own fields."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notice that was played first."""

    #: greeting, static-menu or callback-notice
    prompt: str
    started_at: datetime
    #: None: its end was not seen; the citizen may have ended it by a key
    ended_at: datetime | None
    #: when the citizen's track began; None: it was not recorded
    recorded_from: datetime | None

    @property
    def before_recording(self) -> bool:
        """Whether it began before the citizen's track did; else it is on the recording itself."""
        return self.recorded_from is None or self.started_at < self.recorded_from


def notice_of(events: Iterable[Happened]) -> Notice | None:
    """The notice of the call; None when none was played."""
    prompt, channel = "", ""
    started = ended = recorded = None
    for event in sorted(events, key=lambda one: one.at):
        match event.kind:
            case "PromptStarted" if started is None:
                name = str(event.data.get("prompt", "")).rpartition("/")[2]
                if name in NOTICES:
                    prompt, channel, started = name, event.channel, event.at
            case "PromptEnded" if ended is None and started is not None and event.channel == channel:
                ended = event.at
            case "TrackStarted" if recorded is None and event.data.get("kind") == "citizen":
                recorded = event.at
    if started is None:
        return None
    return Notice(prompt=prompt, started_at=started, ended_at=ended, recorded_from=recorded)
