"""One kind of chore in the background: a process of its own, one at a time. Refuses a second one, and to stop what does not run."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from hotline1022.core.acting import acting
from hotline1022.core.errors import Refused
from hotline1022.service.background.child import told_by
from hotline1022.service.background.work import Background, Progress
from hotline1022.web.chores_wire import ChoreView
from hotline1022.web.types import WorkState

V = TypeVar("V", bound=ChoreView)
#: does a chore of this name with what is given, and gives what its process told
Do = Callable[[str, Mapping[str, object], Progress], Awaitable[Mapping[str, object]]]
#: what its process told, as fields of the view; rings where something is wrong
End = Callable[[Any], Awaitable[Mapping[str, object]]]

PROCESS = "hotline1022.service.background.chore_process"


def in_process(config: str | None) -> Do:
    """As the service does it, by the settings of this file."""

    async def do(chore: str, given: Mapping[str, object], progress: Progress) -> Mapping[str, object]:
        return await told_by([PROCESS, chore, *([config] if config else [])], chore, given, progress)

    return do


class Chore(Generic[V]):
    """`run()` does what was begun."""

    def __init__(self, what: str, *, make: Callable[..., V], do: Do, end: End, clock: Callable[[], datetime]) -> None:
        self._what, self._make, self._do, self._end, self._clock = what, make, do, end, clock
        self._work: Background[V] = Background(what, clock)

    async def run(self) -> None:
        """Until cancelled."""
        await self._work.run()

    @property
    def view(self) -> V | None:
        """The one that runs, or the last one."""
        return self._work.view

    @property
    def what(self) -> str:
        """Its kind."""
        return self._what

    def free(self) -> None:
        """Refused `WHAT-running` while one runs, or has not ended."""
        error_id = f"{self._what}-running"
        if (running := self._work.running) is not None:
            text = f"the {self._what} that {running.asked_by} asked for runs still; wait for it, or stop it"
            raise Refused(text, error_id=error_id)
        if self._work.ending:
            text = (
                f"the {self._what} that was stopped has not ended: a disk does not answer; see which, and bring it back"
            )
            raise Refused(text, error_id=error_id)

    def begin(self, given: Mapping[str, object], **shown: object) -> V:
        """Begin one. Refused as `free`."""
        self.free()
        act = acting()
        actor, origin = (act.actor, act.origin) if act else ("service", "service")
        view = self._make(
            state=WorkState.RUNNING,
            asked_at=self._clock(),
            asked_by=actor,
            ended_at=None,
            done=0,
            work=0,
            error="",
            **shown,
        )
        return self._work.begin(view, partial(self._job, {**given, "actor": actor, "origin": origin}))

    async def _job(self, given: Mapping[str, object], asked: V, progress: Progress) -> Mapping[str, object]:
        told = await self._do(self._what, given, progress)
        return await self._end(told) if self._work.is_on(asked) else {}

    def stop(self) -> V:
        """End the one that runs; Refused `WHAT-none`."""
        stopped = self._work.stop()
        if stopped is None:
            raise Refused(
                f"no {self._what} runs that was asked for over the API; GET tells what came of the last one",
                error_id=f"{self._what}-none",
            )
        return stopped
