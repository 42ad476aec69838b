"""A wrong setting stops the start with one line that names it; nothing is guessed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config.env import ConfigError, Env

ROOT = Path("/srv/huiying")


@pytest.mark.parametrize(
    ("variable", "value", "read"),
    [
        ("DEBUG", "maybe", lambda env: env.flag("DEBUG")),
        ("AGE", "ten", lambda env: env.number("AGE", 1)),
        ("AGE", "-1", lambda env: env.number("AGE", 1)),
        ("LEVEL", "LOUD", lambda env: env.choice("LEVEL", "INFO", ("INFO", "ERROR"))),
        ("URL", "mysql://h/db", lambda env: env.database("URL", "", ROOT)),
        ("URL", "postgres://h:port/db", lambda env: env.database("URL", "", ROOT)),
        ("URL", "postgres://h", lambda env: env.database("URL", "", ROOT)),
        ("URL", "sqlite://file.db", lambda env: env.database("URL", "", ROOT)),
        ("URL", "huiying.sqlite3", lambda env: env.database("URL", "", ROOT)),
        ("URL", "memcached://h", lambda env: env.cache("URL", ROOT)),
        ("URL", "kafka://h", lambda env: env.broker("URL")),
        ("URL", "imap://h", lambda env: env.email("URL")),
        ("URL", "ftp://h", lambda env: env.http_url("URL")),
        ("KEY", "short", lambda env: env.secret("KEY", ROOT, required=False)),
        ("KEY", "", lambda env: env.secret("KEY", ROOT, required=True)),
        ("DATABASE_LOCK_TIMEOUT_MS", "5s", lambda env: env.database("URL", "postgres://h/d", ROOT)),
    ],
)
def test_unusable_values_stop_the_start_and_are_named(variable, value, read):
    with pytest.raises(ConfigError, match=f"^Configuration error: {variable} "):
        read(Env({variable: value}))


def test_an_empty_variable_counts_as_not_set():
    env = Env({"DEBUG": "", "AGE": " ", "HOSTS": ""})
    assert env.flag("DEBUG", default=True) is True
    assert env.number("AGE", 7) == 7
    assert env.words("HOSTS", ["localhost"]) == ["localhost"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite:///var/huiying.sqlite3", "/srv/huiying/var/huiying.sqlite3"),
        ("sqlite:////data/a%20b.sqlite3", "/data/a b.sqlite3"),
    ],
)
def test_sqlite_files_are_found_and_guarded_against_lost_updates(url, name):
    database = Env({"URL": url}).database("URL", "", ROOT)
    assert database["NAME"] == name
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_postgres_url_gives_every_part():
    url = "postgres://us%40er:p%2Fw@db.example:6432/hui?sslmode=require&options=-c%20work_mem=8MB"
    source = {"URL": url, "DATABASE_STATEMENT_TIMEOUT_MS": "9000"}
    database = Env(source).database("URL", "", ROOT)
    parts = [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["us@er", "p/w", "db.example", 6432, "hui"]
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["options"] == (
        "-c jit=off -c lock_timeout=0 -c statement_timeout=9000"
        " -c max_parallel_workers_per_gather=2 -c work_mem=8MB"
    )


@pytest.mark.parametrize(
    "url", ["postgres:///hui?host=/run/postgresql", "postgres://u@%2Frun%2Fpostgresql/hui"]
)
def test_postgres_is_reached_by_a_unix_socket(url):
    assert Env({"URL": url}).database("URL", "", ROOT)["HOST"] == "/run/postgresql"


def test_mail_servers_are_named_in_full():
    mail = Env({"URL": "smtp+tls://me:a%40b@mail.example"}).email("URL")
    assert mail["EMAIL_HOST_PASSWORD"] == "a@b"
    assert (mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"], mail["EMAIL_USE_SSL"]) == (587, True, False)


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    file = tmp_path / "var" / "secret_key"
    first = Env({}).secret("KEY", file, required=False)
    assert len(first) >= 50
    assert Env({}).secret("KEY", file, required=False) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
