"""One other process for the heavy work: started when first needed, replaced when it dies, gone when we are. Not for waiting."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from hotline1022.core.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
#: how much more polite than the service the worker is
NICE = 10


def _settle_in() -> None:
    """In the new process: be polite, leave Ctrl-C to the service, and do not outlive it."""
    os.nice(NICE)
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


class HeavyPool:
    """Runs plain functions elsewhere, one at a time, each with a deadline."""

    def __init__(self, make: Callable[[], Executor] = other_process, *, seconds: float = 300.0) -> None:
        self._make = make
        self._seconds = seconds
        self._executor: Executor | None = None
        self._closed = False

    async def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The job's result or exception; Unavailable when the worker died or took too long: then a new one is made.

        Unavailable too when the job had to go with another one's worker before its turn came.
        """
        if self._closed:
            raise Unavailable("the recordings worker is closed", error_id="recordings-worker")
        if self._executor is None:
            self._executor = self._make()
        executor = self._executor
        try:
            future = executor.submit(_call, job, args, kwargs)
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(future)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # nobody cancelled us: it was the job, thrown away with its worker; as a cancellation it would end our loop
            text = "the recordings worker was given up before this job's turn; try it again"
            raise Unavailable(text, error_id="recordings-worker") from error
        except BrokenExecutor as error:
            self._discard(executor)
            text = "the recordings worker died in its work; recordings wait in the spool and are tried again"
            raise Unavailable(text, error_id="recordings-worker") from error
        except TimeoutError as error:
            self._discard(executor)
            text = f"the recordings worker did not finish in {self._seconds:.0f} s; is the disk slow or gone?"
            raise Unavailable(text, error_id="recordings-worker") from error

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


def _call(job: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
    return job(*args, **kwargs)
