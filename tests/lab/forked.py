"""Processes of the lab that are there at once, to be killed: each is forked from one that has loaded what they need.

    async with forked("outbox_process", address, "2775") as running:      # what `python -m tests.lab.outbox_process …` does
        await running.stdout.readline()
    running.rest      # it was killed by SIGKILL and is gone; what it had said and nobody had read

A process started by a fresh interpreter spends a second loading modules, which no test of a kill is about.
"""

import asyncio
import atexit
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

TOP = Path(__file__).parents[2]
#: bytes of a request at most
_REQUEST = 1 << 16
#: seconds for the first loading on a busy machine
_PATIENCE = 60.0
_one_at_a_time = threading.Lock()


@dataclass(slots=True, kw_only=True)
class Forked:
    """One process, which runs until it ends by itself or the block ends."""

    stdout: asyncio.StreamReader
    #: filled when it is gone
    rest: bytes = b""


@asynccontextmanager
async def forked(module: str, *words: str, silent: bool = False) -> AsyncIterator[Forked]:
    """Run `tests.lab.MODULE WORDS`; `silent`: what it says on stderr is nobody's business. It is killed at the end."""
    reading, writing = os.pipe()
    try:
        handle = await asyncio.to_thread(_ask, {"module": module, "words": words, "silent": silent}, writing)
    finally:
        os.close(writing)
    stdout = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(reading, "rb", buffering=0)
    )
    running = Forked(stdout=stdout)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        await _gone(handle)
        os.close(handle)
        running.rest = await stdout.read()


async def _gone(handle: int) -> None:
    """The handle of a process becomes readable when it has ended."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(handle, over.set)
    try:
        async with asyncio.timeout(_PATIENCE):
            await over.wait()
    finally:
        loop.remove_reader(handle)


@cache
def _server() -> socket.socket:
    """To the process that forks; it ends when this one does."""
    ours, theirs = socket.socketpair()
    with theirs:
        words = [sys.executable, "-m", "tests.lab.forked", str(theirs.fileno())]
        process = subprocess.Popen(words, cwd=TOP, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    ours.settimeout(_PATIENCE)

    def end() -> None:
        ours.close()
        process.wait(_PATIENCE)

    atexit.register(end)
    return ours


def _ask(request: dict[str, object], stdout: int) -> int:
    """Have it forked; the handle of the new process."""
    with _one_at_a_time:
        server = _server()
        socket.send_fds(server, [json.dumps(request).encode()], [stdout])
        _, (handle,), _, _ = socket.recv_fds(server, 1, 1)
        return handle


def serve(asked: socket.socket) -> None:
    """Fork what is asked for until nobody is there to ask."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here: the kernel buries them
    while True:
        data, given, _, _ = socket.recv_fds(asked, _REQUEST, 1)
        if not data:
            return
        request = json.loads(data)
        name = f"tests.lab.{request['module']}"
        import_module(name)
        child = os.fork()
        if not child:
            asked.close()
            _become(name, request["words"], given[0], silent=request["silent"])
        handle = os.pidfd_open(child)
        socket.send_fds(asked, [b"!"], [handle])
        os.close(handle)
        os.close(given[0])


def _become(name: str, words: list[str], stdout: int, *, silent: bool) -> None:
    """Be that module, with its words, and end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(stdout, 1)
    os.close(stdout)
    if silent:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.argv = [name, *words]
    del sys.modules[name]  # it is loaded once more, as __main__
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
        os._exit(0)
    except BaseException:  # noqa: BLE001 -- the child says what it was and is gone
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as peer:
        serve(peer)
