#!/usr/bin/env python3
"""Runs the hotline's own Asterisk for systemd: the same one, from the same files, that `hotline1022 run` starts.

    run_asterisk.py                          prepare prompts, secrets and files in paths.data, then become Asterisk
    run_asterisk.py -rx "core show channels" ask the Asterisk that runs

HOTLINE1022_CONFIG names the settings file. Refuses what `hotline1022 run` refuses, with one line that names the cure.
"""

import os
import sys

from hotline1022.core.errors import HotlineError
from hotline1022.service.asterisk.engine_find import find_engine
from hotline1022.service.prepare import prepare
from hotline1022.service.settings.config import load


def main(words: list[str]) -> None:
    """Becomes Asterisk; returns never."""
    settings = load(os.environ.get("HOTLINE1022_CONFIG") or None, os.environ)
    if words:
        engine, conf = find_engine(settings.asterisk.binary), settings.paths.asterisk / "asterisk.conf"
    else:
        prepared = prepare(settings)
        asterisk = prepared.asterisk()
        asterisk.write()
        engine, conf, words = prepared.engine, asterisk.main_conf, ["-f"]
    command = [*engine.command, "-C", str(conf), *words]
    os.execv(command[0], command)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except HotlineError as error:
        sys.exit(f"hotline1022: {error} [{error.error_id}]")
