"""What the environment may say about one running server."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

_BUILT_IN_PLACE = Path(__file__).resolve().parents[1] / "pwa" / "dist"


class SettingsInvalid(Exception):
    """An environment variable holds something that can't be meant; the message names it."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where this server keeps its things. An empty variable counts as one that is not set."""

    home: Path
    """RAWANA_HOME: the embedded database and everything else that must outlive the process."""
    database_url: str | None = None
    """RAWANA_DATABASE_URL: a PostgreSQL to use instead of the embedded one."""
    pg_bin: Path | None = None
    """RAWANA_PG_BIN: the folder of the `postgres` program that the embedded database shall run."""
    pwa_dist: Path = _BUILT_IN_PLACE
    """RAWANA_PWA_DIST: the built pages; a checkout builds them in place."""
    secret_key: str | None = None
    """RAWANA_SECRET_KEY: what store secrets are locked with, instead of a file in the home (server/vault.py)."""
    public_url: str | None = None
    """RAWANA_PUBLIC_URL: where the outside reaches this server, e.g. https://rawana.example."""
    shopify_client_id: str | None = None
    """RAWANA_SHOPIFY_CLIENT_ID: the app that other organisations' stores install."""
    shopify_client_secret: str | None = None
    """RAWANA_SHOPIFY_CLIENT_SECRET: its secret."""

    def __repr__(self) -> str:
        """Only the home: a log must not hold the rest."""
        return f"Settings(home={self.home})"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables; raises SettingsInvalid. Touches no file."""
        return cls(
            home=_home(environ),
            database_url=_database_url(environ),
            pg_bin=_path(environ, "RAWANA_PG_BIN"),
            pwa_dist=_path(environ, "RAWANA_PWA_DIST") or _BUILT_IN_PLACE,
            secret_key=environ.get("RAWANA_SECRET_KEY") or None,
            public_url=_public_url(environ),
            shopify_client_id=environ.get("RAWANA_SHOPIFY_CLIENT_ID") or None,
            shopify_client_secret=environ.get("RAWANA_SHOPIFY_CLIENT_SECRET") or None,
        )


def _home(environ: Mapping[str, str]) -> Path:
    if (home := _path(environ, "RAWANA_HOME")) is not None:
        return home
    # XDG says that a relative XDG_DATA_HOME is to be ignored.
    if (data := environ.get("XDG_DATA_HOME", "")).startswith("/"):
        return Path(data) / "rawana"
    return Path(environ.get("HOME") or Path.home()) / ".local" / "share" / "rawana"


def _database_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("RAWANA_DATABASE_URL") or None
    if url is not None and not url.startswith(("postgresql://", "postgres://")):
        raise SettingsInvalid("RAWANA_DATABASE_URL must begin with postgresql:// or postgres://.")
    if url is not None and not _has_usable_port(url):
        raise SettingsInvalid("The port in RAWANA_DATABASE_URL is not a number from 0 to 65535.")
    return url


def _public_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("RAWANA_PUBLIC_URL") or None
    if url is None:
        return None
    where = urlsplit(url)
    local = where.scheme == "http" and where.hostname == "127.0.0.1"
    if not where.netloc or where.query or (where.scheme != "https" and not local):
        raise SettingsInvalid("RAWANA_PUBLIC_URL must begin with https:// and name a host.")
    return url.rstrip("/")


def _has_usable_port(url: str) -> bool:
    where = urlsplit(url)
    if "," in where.netloc:
        return True  # several servers, which the driver reads itself
    try:
        _ = where.port
    except ValueError:
        return False
    return True


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name)
    if not text:
        return None
    if "\0" in text:
        raise SettingsInvalid(f"{name} holds a NUL byte.")
    return Path(text).expanduser().absolute()
