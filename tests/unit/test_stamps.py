"""Stamps: openssl alone verifies ours; a real authority's are checked, and every way in which one can fail is told apart."""

import asyncio
import base64
import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hotline1022.audit.stamps import as_file, fault_of, from_file, signed, statement, vouched
from hotline1022.audit.types import Head, Method
from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.service.evidence.stamp_key import NAME, ensure_key, read_key
from hotline1022.service.evidence.tsa import Authority, read_roots
from tests.lab.tsa import Tsa, made_once, make, tsa

__all__ = ["made_once", "tsa"]

AT = datetime(2026, 11, 29, 17, 0, 1, 5, tzinfo=UTC)
HEAD = Head(seq=41, sha256="ab" * 32)


def ran(words: list[str], folder: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(words, cwd=folder, capture_output=True, check=False)


def test_openssl_verifies_our_signature_without_our_code(tmp_path: Path) -> None:
    file = json.loads(as_file(signed(HEAD, AT, Ed25519PrivateKey.generate())))
    (tmp_path / "statement").write_text(file["statement"])
    (tmp_path / "signature").write_bytes(base64.b64decode(file["proof"]))
    (tmp_path / "key.pem").write_text(file["public_key"])
    words = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in statement -sigfile signature"
    assert ran(words.split(), tmp_path).returncode == 0
    (tmp_path / "statement").write_text(file["statement"].replace("41", "42"))
    assert ran(words.split(), tmp_path).returncode != 0
    der = ran(["openssl", "pkey", "-pubin", "-in", "key.pem", "-outform", "DER", "-out", "key.der"], tmp_path)
    hashed = ran(["sha256sum", "key.der"], tmp_path).stdout.decode()
    assert der.returncode == 0
    assert hashed.split()[0] == file["key"]


def test_a_file_comes_back_as_the_same_stamp() -> None:
    stamp = replace(signed(HEAD, AT, Ed25519PrivateKey.generate()), sent_to=("file:x.json", "mail:a@b.vn"))
    assert from_file(as_file(stamp)) == stamp
    for data in (b"", b"[]", b"{}", b"{", as_file(stamp).replace(b"ed25519", b"words")):
        with pytest.raises(ValueError):
            from_file(data)


def changes() -> list[dict[str, Any]]:
    other = signed(HEAD, AT, Ed25519PrivateKey.generate())
    return [
        {"seq": 40},
        {"sha256": "cd" * 32},
        {"at": AT + timedelta(seconds=1)},
        {"proof": other.proof},
        {"proof": "***"},
        {"key": other.key},
        {"key": other.key, "public_key": other.public_key},
        {"public_key": other.public_key},
        {"public_key": "no key"},
        {"method": Method.TSA},
        {"seq": -1},
    ]


@pytest.mark.parametrize("number", range(len(changes())))
def test_a_changed_stamp_does_not_vouch(number: int) -> None:
    stamp = signed(HEAD, AT, Ed25519PrivateKey.generate())
    assert fault_of(stamp, keys={stamp.key}, roots=()) == ""
    assert fault_of(stamp, keys=set(), roots=()) != "", "a key that nobody told of"
    assert fault_of(replace(stamp, **changes()[number]), keys={stamp.key}, roots=()) != ""


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = ensure_key(folder).private_bytes_raw()
    assert ensure_key(folder).private_bytes_raw() == first
    file = folder / NAME
    assert file.stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 0600"):
        read_key(folder)
    file.chmod(0o600)
    file.write_text("AAAA\n")
    with pytest.raises(ConfigError, match="no key of ours"):
        ensure_key(folder)


# ---------------------------------------------------------------- the authority


def authority(tsa: Tsa, seconds: float = 10.0) -> Authority:
    return Authority(tsa.url, read_roots(str(tsa.roots)), seconds=seconds)


async def test_an_authority_stamps_and_openssl_agrees(tsa: Tsa, tmp_path: Path) -> None:
    stamp = vouched(HEAD, AT, await authority(tsa).vouch(statement(HEAD, AT)), read_roots(str(tsa.roots)))
    roots = read_roots(str(tsa.roots))
    assert fault_of(stamp, keys=(), roots=roots) == ""
    assert fault_of(replace(stamp, seq=42), keys=(), roots=roots) == "Mismatch between messages"
    assert "tsa_roots" in fault_of(stamp, keys=(), roots=())
    (tmp_path / "answer").write_bytes(base64.b64decode(stamp.proof))
    (tmp_path / "statement").write_bytes(statement(HEAD, AT))
    words = ["openssl", "ts", "-verify", "-data", "statement", "-in", "answer", "-CAfile", str(tsa.roots)]
    assert ran(words, tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("mode", "error_id"),
    [
        ("refuse", "tsa-refused"),
        ("broken", "tsa-refused"),
        ("hang", "tsa-away"),
        ("other-hash", "tsa-answer"),
        ("old-answer", "tsa-answer"),
        ("garbage", "tsa-answer"),
        ("huge", "tsa-answer"),
    ],
)
async def test_an_authority_that_does_not_do_its_work(tsa: Tsa, mode: str, error_id: str) -> None:
    await authority(tsa).vouch(statement(HEAD, AT))
    tsa.mode = mode
    with pytest.raises(Unavailable) as caught:
        await authority(tsa, seconds=0.5 if mode == "hang" else 10.0).vouch(statement(HEAD, AT))
    assert caught.value.error_id == error_id and "; " in str(caught.value)


async def test_an_authority_that_sends_more_certificates_than_can_be_read(tsa: Tsa) -> None:
    tsa.mode = "chain"
    with pytest.raises(Unavailable, match=r"own certificate in audit\.tsa_roots"):
        await authority(tsa).vouch(statement(HEAD, AT))
    roots = read_roots(str(tsa.with_own))
    stamp = vouched(HEAD, AT, await Authority(tsa.url, roots, seconds=10.0).vouch(statement(HEAD, AT)), roots)
    assert fault_of(stamp, keys=(), roots=roots) == ""
    assert fault_of(replace(stamp, sha256="cd" * 32), keys=(), roots=roots) != ""


async def test_an_authority_whose_root_is_another(tsa: Tsa, tmp_path: Path) -> None:
    other = await asyncio.to_thread(make, tmp_path / "other")
    with pytest.raises(Unavailable) as caught:
        await Authority(tsa.url, read_roots(str(other.roots)), seconds=10.0).vouch(statement(HEAD, AT))
    assert caught.value.error_id == "tsa-answer"


async def test_an_authority_that_is_not_there() -> None:
    with pytest.raises(Unavailable) as caught:
        await Authority("http://127.0.0.1:9/", [], seconds=2.0).vouch(statement(HEAD, AT))
    assert caught.value.error_id == "tsa-away"
