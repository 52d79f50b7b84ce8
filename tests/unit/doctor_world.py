"""A hotline that doctor looks at, and what may be in its way."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline1022.service.settings.tree import Asterisk, Paths, Service, Settings
from tests.lab.ports import free_port


def settings_in(folder: Path) -> Settings:
    """Of a hotline that was never started."""
    return Settings(
        paths=Paths(data=folder / "data"),
        asterisk=Asterisk(sip_port=free_port("udp"), ami_port=free_port("tcp")),
        service=Service(agi_port=free_port("tcp"), http_port=free_port("tcp")),
    )


def tree(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below, with mode, size and time of the last change."""
    return {
        str(path.relative_to(folder)): (about.st_mode, about.st_size, about.st_mtime_ns)
        for path in [folder, *folder.rglob("*")]
        for about in [path.lstat()]
    }


@contextmanager
def listening(port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> Iterator[None]:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            one.listen(1)
        yield


# -- the whole
