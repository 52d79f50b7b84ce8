"""How far a long command is, on stderr: on a terminal a bar twice a second in one line, else a line every ten seconds; for a
program that reads it, a line DONE/TOTAL at most twice a second.
"""

import sys
import time

import click

_WIDTH = 24


class Progress:
    """Call it with how much is done, then `clear`."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what, self._total = what, total
        self._terminal = sys.stderr.isatty()
        self._told = time.monotonic()
        self._shown = False

    def __call__(self, done: int, total: int | None = None) -> None:
        """So much is done, of so much where that is known."""
        if time.monotonic() - self._told < (0.5 if self._terminal else 10.0):
            return
        self._told, self._shown = time.monotonic(), True
        text = self._text(done, self._total if total is None else total)
        click.echo(f"\r  {text}" if self._terminal else f"  {text}", nl=not self._terminal, err=True)

    def _text(self, done: int, total: int | None) -> str:
        if not total:
            return f"{done} {self._what}"
        full = min(_WIDTH, _WIDTH * done // total)
        bar = f"[{'#' * full}{'.' * (_WIDTH - full)}] " if self._terminal else ""
        return f"{bar}{100 * done // total:3d} %  {done} of {total} {self._what}"

    def clear(self) -> None:
        """Take the bar away: what follows is the result."""
        if self._terminal and self._shown:
            click.echo("\r\033[K", nl=False, err=True)


class Steps:
    """For a program: child.py."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """So much is done, of so much."""
        if (now := time.monotonic()) - self._told >= 0.5:
            self._told = now
            click.echo(f"{done}/{total}", err=True)
