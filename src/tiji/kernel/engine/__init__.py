"""The engine room: wide work over Arrow tables, to the cent, described as data and run on DuckDB."""

from tiji.kernel.engine.base import Engine, EngineError, Session
from tiji.kernel.engine.duck import DuckEngine

__all__ = ["DuckEngine", "Engine", "EngineError", "Session"]
