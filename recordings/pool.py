"""One other process for the heavy work: started when first needed, replaced when it dies, gone when we are. Not for waiting."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from typing import Any, NamedTuple, ParamSpec, TypeVar

from hotline1022.core.errors import Unavailable
from hotline1022.recordings.polite import be_polite_apart

P = ParamSpec("P")
T = TypeVar("T")


def _settle_in() -> None:
    """In the new process: be polite, leave Ctrl-C to the service, and do not outlive it."""
    be_polite_apart()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def other_process() -> Executor:
    """An executor with one worker process that shares nothing with ours."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_settle_in)


class _Left(NamedTuple):
    """A job whose asker is gone, and that its worker still does."""

    future: "Future[Any]"
    executor: Executor
    #: on the loop's clock
    until: float


class HeavyPool:
    """Runs plain functions elsewhere, one at a time, in the order in which they were asked for. Each has a deadline, which
    begins when its turn comes: nobody's job pays for those before it, and none goes with another one's worker.
    """

    def __init__(self, make: Callable[[], Executor] = other_process, *, seconds: float = 300.0) -> None:
        self._make = make
        self._seconds = seconds
        self._executor: Executor | None = None
        self._closed = False
        self._turn = asyncio.Lock()
        self._left: _Left | None = None

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The job's result or exception; Unavailable when the worker died or took too long: then a new one is made."""
        self._check_open()
        async with self._turn:
            await self._free()
            self._check_open()
            executor, future = self._begin(job, args, kwargs)
            until = asyncio.get_running_loop().time() + self._seconds
            try:
                async with asyncio.timeout_at(until):
                    return await asyncio.wrap_future(future)
            except asyncio.CancelledError as error:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    self._left = _Left(future, executor, until)
                    raise
                # nobody cancelled us: the pool was closed; as a cancellation it would end our loop
                raise _closed() from error
            except BrokenExecutor as error:
                self._discard(executor)
                text = "the recordings worker died in its work; recordings wait in the spool and are tried again"
                raise Unavailable(text, error_id="recordings-worker") from error
            except TimeoutError as error:
                if future.done() and not future.cancelled():  # the job's own: a network's disk says so too
                    raise
                self._discard(executor)
                text = f"the recordings worker did not finish in {self._seconds:.0f} s; is the disk slow or gone?"
                raise Unavailable(text, error_id="recordings-worker") from error

    def _check_open(self) -> None:
        if self._closed:
            raise _closed()

    def _begin(
        self, job: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]
    ) -> "tuple[Executor, Future[T]]":
        """With the worker that there is; one that died since its last job is no fault of this one."""
        if self._executor is not None:
            try:
                return self._executor, self._executor.submit(_call, job, args, kwargs)
            except BrokenExecutor:
                self._discard(self._executor)
        self._executor = self._make()
        return self._executor, self._executor.submit(_call, job, args, kwargs)

    async def _free(self) -> None:
        """Wait until a job that nobody waits for any more has ended, or its own deadline is over."""
        if self._left is None:
            return
        future, executor, until = self._left
        seconds = until - asyncio.get_running_loop().time()
        if not future.done() and seconds > 0:
            waiting = asyncio.wrap_future(future)
            waiting.add_done_callback(_heard)
            await asyncio.wait([waiting], timeout=seconds)
        if not future.done() or (not future.cancelled() and isinstance(future.exception(), BrokenExecutor)):
            self._discard(executor)
        self._left = None

    def _discard(self, executor: Executor) -> None:
        if executor is self._executor:
            self._executor = None
        # only Python 3.14 can end the workers of a pool by its public face
        processes = list((getattr(executor, "_processes", None) or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()

    async def close(self, *, seconds: float = 10.0) -> None:
        """Let the job under way finish, for so long; then end the worker."""
        self._closed = True
        executor, self._executor = self._executor, None
        if executor is None:
            return
        try:
            async with asyncio.timeout(seconds):
                await asyncio.to_thread(executor.shutdown, True, cancel_futures=True)
        except TimeoutError:
            self._discard(executor)


def _closed() -> Unavailable:
    return Unavailable("the recordings worker is closed", error_id="recordings-worker")


def _heard(future: "asyncio.Future[Any]") -> None:
    """Nobody else asks how it ended."""
    if not future.cancelled():
        future.exception()


def _call(job: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
    return job(*args, **kwargs)
