"""What may be secret in an address is neither shown nor left in the log."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from bot.settings.url_secrets import passwords, struck


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///.andon/andon.db", "sqlite:///.andon/andon.db"),
        ("sqlite:///C:/plant/a.db", "sqlite:///C:/plant/a.db"),
        ("sqlite://", "sqlite://"),
        ("postgresql://db:5432/plant", "postgresql://db:5432/plant"),
        ("postgresql://reader@db/plant", "postgresql://reader@db/plant"),
        ("postgresql+psycopg://r:s3@db:5/p", "postgresql+psycopg://r:***@db:5/p"),
        ("postgresql://r:s3/s3?s3#s3:@[::1]:5/p", "postgresql://r:***@[::1]:5/p"),
        ("postgresql://db/p?password=s3&sslmode=on", "postgresql://db/p?***"),
        ("postgresql://db/p?password=s3@s3", "postgresql://***@s3"),
        ("mssql+pyodbc:///?odbc_connect=PWD%3Ds3", "mssql+pyodbc:///?***"),
        ("a=sqlite:///a.db b=mssql://sa:s3@h/m", "a=sqlite:///a.db b=mssql://sa:***@h/m"),
        ("https://s3@models.house/v1", "https://***@models.house/v1"),
        ("postgresql://user:s3", "postgresql://***"),
        ("postgresql://user:8 s3@db/p", "***"),
        ("s3cret-without-scheme", "***"),
    ],
)
def test_what_is_shown(url: str, shown: str) -> None:
    assert struck(url) == shown


PASSWORD = st.text(string.ascii_letters + string.digits + "/?#:&=%+.;![]$'", max_size=8).map(
    lambda text: f"c4nary{text}c4nary"
)


@given(PASSWORD, st.sampled_from(["postgresql", "mssql+pyodbc", "http"]), st.booleans())
def test_whatever_the_password_is(password: str, scheme: str, has_query: bool) -> None:
    url = f"{scheme}://reader:{password}@db.example:5432/plant{'?a=b' if has_query else ''}"
    assert "c4nary" not in struck(url)
    assert "db.example:5432/plant" in struck(url)
    assert password in passwords(url)
    parsed = make_url(url)
    assert (parsed.host, parsed.database) == ("db.example", "plant")


def test_passwords_are_found_where_drivers_look_for_them() -> None:
    assert passwords("postgresql://db/p?user=a&password=s%203") == {"s%203", "s 3"}
    assert passwords("mssql+pyodbc:///?odbc_connect=UID%3Da%3BPWD%3Ds3") == {"s3"}
    assert passwords("sqlite:///a.db") == frozenset()
