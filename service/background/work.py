"""Long work in the background, one at a time: how far it is, how it ended. Refuses nothing itself: whoever begins it looks first
whether one runs.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from hotline1022.core.errors import HotlineError
from hotline1022.web.types import WorkState

log = logging.getLogger(__name__)

#: done, and about how much there is in all
Progress = Callable[[int, int], None]


class Shown(Protocol):
    """What people see of it: a frozen dataclass, which also has `ended_at`, `done`, `work`, `error`
    and `error_id`."""

    @property
    def state(self) -> WorkState:
        """How far it is."""
        ...

    @property
    def asked_by(self) -> str:
        """Who asked for it."""
        ...


V = TypeVar("V", bound=Shown)
#: does it, and gives the fields of the view at its end
Job = Callable[[V, Progress], Awaitable[Mapping[str, object]]]


def now() -> datetime:
    """Aware UTC."""
    return datetime.now(UTC)


def id_of(error: BaseException) -> str:
    """By what people are told of it: a disk that does not do its work has no id of its own."""
    return (
        error.error_id if isinstance(error, HotlineError) else "disk-io" if isinstance(error, OSError) else "internal"
    )


def with_id(error: BaseException) -> str:
    """Its text, and behind it the id by which pages tell it in words of their own."""
    return f"{error} [{id_of(error)}]"


class Background(Generic[V]):
    """`run()` does what was begun."""

    def __init__(self, what: str, clock: Callable[[], datetime]) -> None:
        self._what, self._clock = what, clock
        self._view: V | None = None
        #: as it was begun: by this the one that runs is told from one before that ends late
        self._begun: V | None = None
        self._job: Job[V] | None = None
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until cancelled; what runs then is ended first."""
        try:
            while True:
                await self._asked.wait()
                self._asked.clear()
                self._task = asyncio.create_task(self._work())
                await asyncio.wait([self._task])
        finally:
            if self._task is not None:
                self._task.cancel()
            if self._begun is not None:
                self._end(self._begun, WorkState.STOPPED)
            if self._task is not None:
                await asyncio.wait([self._task], timeout=10)

    @property
    def view(self) -> V | None:
        """The one that runs, or the last one."""
        return self._view

    @property
    def running(self) -> V | None:
        """The one that runs."""
        return self._view if self._view is not None and self._view.state is WorkState.RUNNING else None

    @property
    def ending(self) -> bool:
        """One was stopped, and has not ended yet: what it started hangs."""
        return self.running is None and self._task is not None and not self._task.done()

    def begin(self, view: V, job: Job[V]) -> V:
        """Have it done."""
        self._view = self._begun = view
        self._job = job
        self._asked.set()
        return view

    def stop(self) -> V | None:
        """End the one that runs; None: none does."""
        if self.running is None or self._begun is None:
            return None
        self._asked.clear()
        if self._task is not None:
            self._task.cancel()
        self._end(self._begun, WorkState.STOPPED)
        return self._view

    def is_on(self, asked: V) -> bool:
        """Whether what was begun with this view is the one that runs: it may have been stopped, and another one begun."""
        return self.running is not None and self._begun is asked

    def _change(self, asked: V, **more: object) -> None:
        if self.is_on(asked) and self._view is not None:
            self._view = replace(self._view, **more)  # type: ignore[type-var]

    def _end(self, asked: V, state: WorkState, **more: object) -> None:
        self._change(asked, state=state, ended_at=self._clock(), **more)

    async def _work(self) -> None:
        asked, job = self._begun, self._job
        if asked is None or job is None or self.running is None:  # stopped before it began
            return
        try:
            more = await job(asked, lambda done, work: self._change(asked, done=done, work=work))
            self._end(asked, WorkState.DONE, **more)
        except (HotlineError, OSError) as error:
            log.warning("the %s that %s asked for failed: %s", self._what, asked.asked_by, error)
            self._end(asked, WorkState.FAILED, error=str(error), error_id=id_of(error))
        except Exception as error:
            log.exception("the %s that %s asked for failed", self._what, asked.asked_by)
            text = f"{type(error).__name__}; the service's log tells more"
            self._end(asked, WorkState.FAILED, error=text, error_id=id_of(error))
