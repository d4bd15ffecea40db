"""The two databases Tiji runs on, and how each is tuned."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tiji.config.environment import SettingError

# Not `temp_store=MEMORY`: what a statement would take back would lie in memory as a chain that SQLite walks from its
# beginning after every row that a trigger looks at, and 1.5 million rows inside a savepoint would never be in.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
    " PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864;"
)


def sqlite(path: Path | str) -> dict[str, Any]:
    """SQLite in WAL mode: readers never wait, writers take turns and wait up to ten seconds for theirs."""
    return {
        "ENGINE": "tiji.config.sqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,  # opening a file and setting its pragmas costs more than most requests
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 10, "init_command": SQLITE_PRAGMAS},
    }


def postgresql(url: str) -> dict[str, Any]:
    """PostgreSQL from a URL through psycopg's pool; `?pool_max=20` sets the pool's size for each process."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {
        "pool": {
            "min_size": int(query.pop("pool_min", "1")),
            "max_size": int(query.pop("pool_max", "10")),
            "timeout": 10,
        }
    }
    host = query.pop("host", parts.hostname or "")
    options.update(query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "tiji",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def database(url: str, data_dir: Path) -> dict[str, Any]:
    """The database that `TIJI_DATABASE_URL` names; a SQLite file in the data folder when it names none.

    Raises: SettingError for a scheme Tiji does not run on.
    """
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True)
        return sqlite(data_dir / "tiji.sqlite3")
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return sqlite(unquote(urlsplit(url).path) or ":memory:")
    if scheme in {"postgres", "postgresql"}:
        return postgresql(url)
    raise SettingError(f"TIJI_DATABASE_URL starts with {scheme!r}: use postgresql://… or sqlite:///path")
