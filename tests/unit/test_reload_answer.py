"""`hotline1022 reload` takes no old answer for a new one, not even after the machine's clock began anew."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.service.reload import ANSWER, LOCK, ask_service

#: holds the lock and hears SIGHUP, but never answers
SILENT = """
import fcntl, os, signal, sys
handle = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(handle, fcntl.LOCK_EX)
os.write(handle, str(os.getpid()).encode())
signal.signal(signal.SIGHUP, lambda *_: print("asked", flush=True))
print("ready", flush=True)
while True:
    signal.pause()
"""


def test_an_answer_from_before_a_reboot_is_none(tmp_path: Path) -> None:
    old = {"begun": time.monotonic() + 1e6, "config": None, "done": True, "lines": ["of another boot"]}
    (tmp_path / ANSWER).write_text(json.dumps(old))
    with subprocess.Popen([sys.executable, "-c", SILENT, str(tmp_path / LOCK)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"ready\n"
            with pytest.raises(Unavailable) as caught:
                ask_service(tmp_path, seconds=0.5)
            assert caught.value.error_id == "service-no-answer"
            assert process.stdout.readline() == b"asked\n"
        finally:
            os.kill(process.pid, signal.SIGKILL)
