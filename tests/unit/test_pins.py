"""What PINs and passwords cost to guess in the service: tests run with cheaper ones."""

import threading
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest
from argon2 import extract_parameters

from hotline1022.service.accounts import password_look
from hotline1022.service.lines import pins


def shipped(module: ModuleType) -> ModuleType:
    """The module as it was before tests made anything cheaper."""
    assert module.__file__ is not None
    spec = spec_from_file_location("shipped_as_it_is", module.__file__)
    assert spec is not None and spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


async def test_a_guess_takes_19_mib_and_two_passes_also_where_there_is_nobody() -> None:
    fresh = shipped(pins)
    kept = await fresh.hash_pin("2468")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await fresh.verify_pin(kept, "2468") and not await fresh.verify_pin(kept, "2469")
    assert not await fresh.verify_pin("no hash", "2468")
    nobody = extract_parameters(shipped(password_look)._NOBODY)
    assert nobody == extract_parameters(kept)


async def test_a_secret_is_hashed_and_compared_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    class Told:
        """Says in which thread it works."""

        def hash(self, pin: str) -> str:
            return str(threading.get_ident())

        def verify(self, hashed: str, pin: str) -> bool:
            return hashed != str(threading.get_ident())

    monkeypatch.setattr(pins, "_HASHER", Told())
    here = str(threading.get_ident())
    assert await pins.hash_pin("2468") != here
    assert await pins.verify_pin(here, "2468")
