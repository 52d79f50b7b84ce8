"""The gateway of a first start without a contract: each message is a file, and sent when the file is on the disk.

The file is named after the message, so that the same one twice is one file.
"""

import asyncio
import os
from pathlib import Path

from hotline1022.core.clock import local
from hotline1022.notify.answers import Accepted, Asked, NotTaken, Sent
from hotline1022.notify.mail import mail_of
from hotline1022.notify.types import Channel, Message


class FolderGateway:
    """notify.ports.Gateway over a folder."""

    name = "folder"
    can_ask = True
    can_follow = False
    price = 0

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: Message) -> Sent:
        """Write the file; a full disk or a missing right is the gateway's fault."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            reason = f"{self._folder} cannot be written ({error.strerror}); make room, or give the service the right"
            return NotTaken(error_id="folder-unwritable", reason=reason, away=True)
        return Accepted(ids=(self._file(message).name,))

    async def ask(self, message: Message, ids: tuple[str, ...]) -> Asked:
        """Whether the file is there."""
        if await asyncio.to_thread(self._file(message).exists):
            return Accepted(ids=(self._file(message).name,))
        return NotTaken(error_id="folder-empty", reason="the file is not there")

    async def run(self) -> None:
        """Nothing of its own."""

    def _file(self, message: Message) -> Path:
        end = "eml" if message.channel is Channel.EMAIL else "txt"
        return self._folder / f"{local(message.created_at):%Y%m%dT%H%M%S}-{message.client_key}.{end}"

    def _write(self, message: Message) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        file = self._file(message)
        part = file.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        with os.fdopen(descriptor, "wb") as out:
            out.write(_content(message))
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _content(message: Message) -> bytes:
    if message.channel is Channel.EMAIL:
        return mail_of(message, sender="1022@localhost", at=message.created_at).as_bytes()
    head = f"Den: {message.recipient} ({message.name})\nPhan: {message.parts} {message.encoding.value}\n\n"
    return f"{head}{message.text}\n".encode()
