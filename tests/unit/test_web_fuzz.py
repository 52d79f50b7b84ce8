"""Whatever is asked of the API or sent to it, it never breaks: no 500."""

import string
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline1022.web.routes import ROUTES
from tests.unit.web_memory import SECRETS, House, open_house

NAMES = sorted({name for route in ROUTES for name in get_type_hints(route.query)})
#: what people and machines type: near misses of good values, and anything else
VALUES = st.one_of(
    st.text(max_size=60),
    st.from_regex(r"[0-9]{1,4}-[0-9]{1,2}-[0-9]{1,2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?([+ -][0-9]{2}:?[0-9]{2}|Z)?)?"),
    st.integers().map(str),
    st.sampled_from(
        ["answered", "true", "0", "101", "1001", "+84901234567", "9999-12-31", "2199-12-31T23:59:59-23:59"]
    ),
    st.text(string.ascii_letters + string.digits + "-_", min_size=8, max_size=40),
)
GETS = sorted(route.path for route in ROUTES if route.method == "GET" and "recording" not in route.path)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_is_asked_never_breaks(fuzzed: House, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(GETS))
    for part in ("call", "line", "voicemail", "alarm"):
        path = path.replace(
            f"{{{part}}}", quote(data.draw(st.text(min_size=1, max_size=40)), safe="", errors="replace")
        )
    pairs = data.draw(st.lists(st.tuples(st.one_of(st.sampled_from(NAMES), st.text(max_size=20)), VALUES), max_size=4))
    query = "&".join(f"{quote(key, errors='replace')}={quote(value, errors='replace')}" for key, value in pairs)
    headers = {"Authorization": f"Bearer {SECRETS['admin']}"}
    async with fuzzed.client.get(f"{path}?{query}", headers=headers) as response:
        assert response.status in (200, 400, 403, 404), (path, query, await response.text())
        await response.read()


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=80),
        st.dictionaries(
            st.sampled_from(["id", "name", "pin", "person"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=4,
            ),
        ),
    )
)
async def test_whatever_is_sent_never_breaks(fuzzed: House, body: Any) -> None:
    headers = {"Authorization": f"Bearer {SECRETS['admin']}"}
    sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
    if isinstance(body, bytes):
        headers["Content-Type"] = "application/json"
    async with fuzzed.client.post("/api/people", headers=headers, **sent) as response:
        assert response.status in (201, 400, 409), (body, await response.text())


@pytest.fixture
async def fuzzed(tmp_path: Path) -> Any:
    async with open_house(tmp_path) as house:
        yield house
