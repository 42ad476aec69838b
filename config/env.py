"""Typed reading of the environment; pure, so that it can be tested without Django.

Every reader raises `ConfigError` naming the variable when its value cannot be used: a wrong
setting must stop the start, not show up as a strange failure at night.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})

SQLITE_INIT = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"


class ConfigError(SystemExit):
    """A setting that cannot be used; ends the process with one clear line."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Configuration error: {name} {problem}")


class Env:
    """Reads settings from a mapping, by default the process environment.

    A variable that is set but empty counts as not set.
    """

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self._source = os.environ if source is None else source

    def text(self, name: str, default: str = "") -> str:
        """The value as it stands, without surrounding blanks."""
        return self._source.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes or no: 1/true/yes/on or 0/false/no/off."""
        value = self.text(name).lower()
        if not value:
            return default
        if value in TRUE:
            return True
        if value in FALSE:
            return False
        raise ConfigError(name, f"must be 1/true/yes/on or 0/false/no/off, not {value!r}")

    def number(self, name: str, default: int, *, minimum: int = 0) -> int:
        """A whole number of at least `minimum`."""
        value = self.text(name)
        if not value:
            return default
        try:
            result = int(value)
        except ValueError:
            raise ConfigError(name, f"must be a whole number, not {value!r}") from None
        if result < minimum:
            raise ConfigError(name, f"must be at least {minimum}, not {result}")
        return result

    def words(self, name: str, default: list[str]) -> list[str]:
        """A comma-separated list."""
        value = self.text(name)
        if not value:
            return default
        return [word.strip() for word in value.split(",") if word.strip()]

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed words."""
        value = self.text(name, default)
        if value not in allowed:
            raise ConfigError(name, f"must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def http_url(self, name: str, default: str = "") -> str:
        """An http(s) address, without a trailing slash; empty when not set."""
        value = self.text(name, default)
        if not value:
            return ""
        parts = _split(name, value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(name, "must be an http:// or https:// address")
        return value.rstrip("/")

    def database(self, name: str, default: str, root: Path) -> dict[str, Any]:
        """Django's database settings from `sqlite:///path` or `postgres://user:pw@host/db?option`.

        A relative SQLite path starts at `root`. A query gives connection options of libpq;
        `?host=/run/postgresql` reaches a unix socket.
        """
        value = self.text(name, default)
        parts = _split(name, value)
        if parts.scheme in {"sqlite", "sqlite3"}:
            return _sqlite(name, parts, root)
        if parts.scheme in {"postgres", "postgresql"}:
            return _postgres(name, parts, self._limits())
        raise ConfigError(name, "must start with sqlite:// or postgres://")

    def _limits(self) -> str:
        """PostgreSQL's own limits: milliseconds, 0 being no limit, and helpers of one query.

        Queries are short and many: compiling one takes longer than running it.
        """
        lock = self.number("DATABASE_LOCK_TIMEOUT_MS", 0)
        statement = self.number("DATABASE_STATEMENT_TIMEOUT_MS", 0)
        helpers = self.number("DATABASE_PARALLEL_WORKERS", 2)
        return (
            f"-c jit=off -c lock_timeout={lock} -c statement_timeout={statement}"
            f" -c max_parallel_workers_per_gather={helpers}"
        )

    def cache(self, name: str, folder: Path) -> dict[str, Any]:
        """Django's cache settings: `redis://…`, `locmem://`, or files in `folder` by default.

        Files are shared by all processes of one machine, so that rate limits hold across workers;
        several machines need Redis.
        """
        value = self.text(name)
        if not value:
            return {
                "BACKEND": "foundation.file_cache.FileCache",
                "LOCATION": str(folder),
                "TIMEOUT": 86_400,
                "OPTIONS": {"MAX_ENTRIES": 5_000},
            }
        scheme = _split(name, value).scheme
        if scheme in {"redis", "rediss", "unix"}:
            options = {"socket_timeout": 2, "socket_connect_timeout": 2}
            backend = "django.core.cache.backends.redis.RedisCache"
            return {"BACKEND": backend, "LOCATION": value, "OPTIONS": options}
        if scheme == "locmem":
            return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        raise ConfigError(name, "must start with redis://, rediss://, unix:// or locmem://")

    def broker(self, name: str) -> str:
        """The message broker's address, or empty for the embedded mode."""
        value = self.text(name)
        if value and _split(name, value).scheme not in {"amqp", "amqps", "redis", "rediss"}:
            raise ConfigError(name, "must start with amqp://, amqps://, redis:// or rediss://")
        return value

    def email(self, name: str) -> dict[str, Any]:
        """Django's EMAIL_* settings from `console://`, `smtp://…`, `smtps://…` or `smtp+tls://…`."""
        parts = _split(name, self.text(name, "console://"))
        backends = {
            "console": "console",
            "dummy": "dummy",
            "smtp": "smtp",
            "smtps": "smtp",
            "smtp+tls": "smtp",
        }
        if parts.scheme not in backends:
            raise ConfigError(name, "must start with console://, smtp://, smtps:// or smtp+tls://")
        backend = f"django.core.mail.backends.{backends[parts.scheme]}.EmailBackend"
        settings: dict[str, Any] = {"EMAIL_BACKEND": backend, "EMAIL_TIMEOUT": 10}
        if backends[parts.scheme] == "smtp":
            settings |= {
                "EMAIL_HOST": parts.hostname or "localhost",
                "EMAIL_PORT": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
                "EMAIL_HOST_USER": unquote(parts.username or ""),
                "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
                "EMAIL_USE_SSL": parts.scheme == "smtps",
                "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
            }
        return settings

    def secret(self, name: str, file: Path, *, required: bool) -> str:
        """A secret from the environment, or one made once and kept in `file` (mode 0600).

        With `required` the file is not used: several machines must share one secret.
        """
        value = self.text(name)
        if value:
            if len(value) < 32:
                raise ConfigError(name, "must have at least 32 characters")
            return value
        if required:
            raise ConfigError(name, "must be set when the database is a server")
        return _kept_secret(name, file)


def _split(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ConfigError(name, f"is not a valid address: {error}") from None
    if not parts.scheme or "://" not in value:
        raise ConfigError(name, "must be an address such as scheme://…")
    return parts


def _sqlite(name: str, parts: SplitResult, root: Path) -> dict[str, Any]:
    if parts.netloc:
        raise ConfigError(name, "must be sqlite:///relative/path or sqlite:////absolute/path")
    path = unquote(parts.path.removeprefix("/"))
    if not path:
        raise ConfigError(name, "names no file")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(root / path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_INIT,
        },
    }


def _postgres(name: str, parts: SplitResult, limits: str) -> dict[str, Any]:
    database = unquote(parts.path.removeprefix("/"))
    if not database:
        raise ConfigError(name, "names no database")
    options: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", unquote(parts.hostname or ""))
    options["options"] = f"{limits} {options.get('options', '')}".strip()
    options.setdefault("connect_timeout", "5")
    options.setdefault("tcp_user_timeout", "10000")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _kept_secret(name: str, file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        value = file.read_text(encoding="ascii").strip()
        if len(value) < 32:
            raise ConfigError(name, f"is not set and {file.name} holds no key") from None
        return value
    value = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(value)
    return value
