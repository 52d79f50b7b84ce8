"""Names, passwords, second factors and the stages of a session, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from hotline1022.accounts import second_factor
from hotline1022.accounts.rights import united
from hotline1022.accounts.roles import first_roles
from hotline1022.accounts.rules import check_password, login_of, name_of, one_time_password, plain_password
from hotline1022.accounts.states import MOVES, Step, begin, move
from hotline1022.accounts.types import Permission, Stage
from hotline1022.core.errors import Invalid
from hotline1022.web import cookies
from hotline1022.web.auth import address_group

NOW = datetime(2026, 11, 30, 8, 0, 7, tzinfo=UTC)
#: the secret of RFC 6238's examples, and what it gives at the 59th second: the last six of 94287082
RFC_SECRET, RFC_CODE, RFC_AT = b"12345678901234567890", "287082", datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)


def test_all_of_ipv4_is_not_one_address() -> None:
    assert address_group("::ffff:192.0.2.7") == "192.0.2.7" == address_group("192.0.2.7")
    assert address_group("2001:db8::1") == address_group("2001:db8::2")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto"])
def test_what_a_stranger_writes_before_the_proxy_counts_nothing(header: str) -> None:
    lines = CIMultiDict([(header, "203.0.113.66"), (header, "192.0.2.7" if header.endswith("For") else "https")])
    asked = make_mocked_request("GET", "/", headers=lines, transport=_transport())
    assert cookies.whence(asked).address == ("192.0.2.7" if header.endswith("For") else "127.0.0.1")
    assert cookies.is_secure(asked) is header.endswith("Proto")


def _transport() -> Any:
    """Of a proxy on this machine."""
    made = Mock()
    made.get_extra_info = {"peername": ("127.0.0.1", 40000)}.get
    return made


def test_every_permission_is_somebodys() -> None:
    given = {one for role in first_roles() for one in role.permissions}
    assert given == set(Permission)


def test_who_approves_does_not_listen_and_who_listens_does_not_approve() -> None:
    for role in first_roles():
        assert not {Permission.LISTEN, Permission.DISCLOSE} <= role.permissions, role.id


P = Permission
SPECIALIST = frozenset({P.HANDLE, P.FAQ_WRITE})
SUPERVISOR = frozenset({P.LOOK, P.REPORTS})
AUDITOR = frozenset({P.LOOK, P.LISTEN})
#: roles, whether the user is a contact point, and what is heard
HEARD: list[tuple[tuple[frozenset[Permission], ...], bool, str]] = [
    ((SPECIALIST,), True, "nothing"),
    ((SPECIALIST | {P.LISTEN},), True, "own"),
    ((SPECIALIST | {P.LISTEN},), False, "own"),
    ((SPECIALIST, frozenset({P.LISTEN})), True, "own"),
    ((SPECIALIST | {P.LISTEN}, SUPERVISOR), True, "own"),
    ((SPECIALIST | {P.LISTEN}, AUDITOR), True, "all"),
    ((AUDITOR,), False, "all"),
    ((frozenset({P.LISTEN}),), False, "all"),
    ((SUPERVISOR,), False, "nothing"),
]


@pytest.mark.parametrize(("roles", "contact", "heard"), HEARD)
def test_listen_in_a_role_of_an_agency_is_for_its_own_tickets(
    roles: tuple[frozenset[Permission], ...], contact: bool, heard: str
) -> None:
    rights = united(roles, contact=contact)
    assert (P.LISTEN in rights.permissions, rights.hears_own) == (heard == "all", heard == "own")
    assert rights.permissions | {P.LISTEN} == frozenset[Permission]().union(*roles) | {P.LISTEN}


def test_a_further_role_takes_no_right_away() -> None:
    sets = [SPECIALIST, SPECIALIST | {P.LISTEN}, SUPERVISOR, AUDITOR, frozenset({P.LISTEN}), SUPERVISOR | {P.HANDLE}]
    for contact in (True, False):
        for first, second, third in product(sets, repeat=3):
            before, after = united((first, second), contact=contact), united((first, second, third), contact=contact)
            assert before.permissions <= after.permissions
            assert not before.hears_own or after.hears_own or P.LISTEN in after.permissions


def test_the_example_of_rfc_6238() -> None:
    assert second_factor.step_of(RFC_SECRET, RFC_CODE, RFC_AT, 0) == 1
    assert second_factor.step_of(RFC_SECRET, "287 082", RFC_AT, 0) == 1


@pytest.mark.parametrize(("seconds", "right"), [(-30, True), (0, True), (30, True), (60, False), (-60, False)])
def test_a_clock_may_be_half_a_minute_off(seconds: int, right: bool) -> None:
    assert (second_factor.step_of(RFC_SECRET, RFC_CODE, RFC_AT + timedelta(seconds=seconds), 0) == 1) is right


@pytest.mark.parametrize("code", ["", "28708", "2870823", "28708a", "٢٨٧٠٨٢", "287082\0"])
def test_what_is_no_code(code: str) -> None:
    assert second_factor.step_of(RFC_SECRET, code, RFC_AT, 0) is None


def test_a_code_is_good_once() -> None:
    assert second_factor.step_of(RFC_SECRET, RFC_CODE, RFC_AT, 1) is None


def test_a_sealed_secret_is_good_for_its_user_and_key_alone() -> None:
    secret = second_factor.new_secret()
    sealed = second_factor.seal(secret, "a" * 16, "key")
    assert second_factor.unseal(sealed, "a" * 16, "key") == secret
    assert second_factor.unseal(sealed, "b" * 16, "key") is None
    assert second_factor.unseal(sealed, "a" * 16, "another") is None
    assert second_factor.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), "a" * 16, "key") is None
    assert second_factor.unseal(b"", "a" * 16, "key") is None


def test_what_a_telephone_reads() -> None:
    text = second_factor.address(RFC_SECRET, "lan", "1022 Bình Dương")
    assert text == (
        "otpauth://totp/1022%20B%C3%ACnh%20D%C6%B0%C6%A1ng:lan"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=1022%20B%C3%ACnh%20D%C6%B0%C6%A1ng"
    )
    assert second_factor.typed(RFC_SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


@pytest.mark.parametrize("typed", ["Lan", " lan ", "LAN"])
def test_a_login_is_small_letters(typed: str) -> None:
    assert login_of(typed) == "lan"


@pytest.mark.parametrize("typed", ["", "l", "1an", "lân", "lan lan", "lan@x", "-an", "l" * 41, "lan\n1"])
def test_what_is_no_login(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        login_of(typed)
    assert caught.value.error_id == "login-invalid"


def test_a_name_is_kept_in_one_way_of_writing() -> None:
    assert name_of(" Nguye\u0302\u0303n   Thi\u0323 Lan ") == "Nguyễn Thị Lan"


def test_a_password_is_the_same_from_every_keyboard() -> None:
    assert plain_password("mạ") == plain_password("ma\u0323")


@pytest.mark.parametrize("good", ["con mèo đen uống trà sen", "xe đạp màu tím bay 7", "k7mq-2fzr-aa9w-bx4c"])
def test_words_that_do_not_belong_together_are_a_password(good: str) -> None:
    assert check_password(good, ("lan", "Nguyễn Thị Lan")) == good


@pytest.mark.parametrize(
    "weak", ["password1234", "Mật khẩu 2026", "nguyen thi lan", "NguyễnThịLan1022", "aaaaaaaaaaaa", "qwertyuiop123"]
)
def test_what_is_tried_first_is_none(weak: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_password(weak, ("lan", "Nguyễn Thị Lan"))
    assert caught.value.error_id == "password-weak"
    assert weak not in str(caught.value)


def test_one_time_passwords_are_strong_and_never_the_same() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(check_password(one, ("lan",)) == one and len(one) == 19 for one in list(made)[:20])


def test_every_stage_knows_its_steps_and_the_end_is_the_end() -> None:
    assert set(MOVES) == set(Stage)
    assert MOVES[Stage.OVER] == {}
    for stage in (Stage.SECOND, Stage.CHANGE, Stage.FULL):
        for step in (Step.RESET, Step.SIGNED_OUT, Step.TIMED_OUT):
            assert move(stage, step) is Stage.OVER
    assert move(Stage.SECOND, Step.CHANGED) is None, "a password is not changed before the second factor"
    assert {begin(second=s, change=c) for s in (True, False) for c in (True, False)} == {
        Stage.SECOND,
        Stage.CHANGE,
        Stage.FULL,
    }
    assert begin(second=True, change=True) is Stage.SECOND
