"""Django's SQLite backend whose transactions take turns.

SQLite lets one transaction write at a time and lets the others sleep, ever longer, up to a tenth of a second: whoever
sleeps is overtaken, and under load some wait for seconds while the file lies idle between two of them. Here the threads
of a process wait in line for its turn, and only the first of the line asks the file, every half a millisecond.
Source: docs/decisions/0106-sqlite-writers-take-turns.md
"""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from threading import Lock
from typing import Any

from django.db.backends.sqlite3 import base

PAUSE = 0.0005
_Usual: Any = base.DatabaseWrapper  # its stubs leave out what is overridden here
_turns: dict[str, Lock] = defaultdict(Lock)


class DatabaseWrapper(_Usual):  # type: ignore[misc]
    """The turn is a courtesy: who does not get it in time goes on without, and SQLite's own lock still decides."""

    _turn: Lock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if self.is_in_memory_db():
            super()._start_transaction_under_autocommit()
            return
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until = time.monotonic() + patience
        self._end_turn()
        turn = _turns[str(self.settings_dict["NAME"])]
        if turn.acquire(timeout=patience):
            self._turn = turn
        try:
            with self.wrap_database_errors:
                self._begin(until)
        except BaseException:
            self._end_turn()
            raise

    def _begin(self, until: float) -> None:
        """Begin before that moment of the monotonic clock. Raises: OperationalError if the file stays taken."""
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    self.connection.execute(f"BEGIN {self.transaction_mode or ''}")
                    return
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                        raise
                    time.sleep(PAUSE)
        finally:
            usual = int(float(self.settings_dict["OPTIONS"].get("timeout", 5)) * 1000)
            self.connection.execute(f"PRAGMA busy_timeout = {usual}")

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.release()

    def _commit(self) -> Any:
        try:
            return super()._commit()
        finally:
            self._end_turn()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._end_turn()

    def _close(self) -> Any:
        try:
            return super()._close()
        finally:
            self._end_turn()
