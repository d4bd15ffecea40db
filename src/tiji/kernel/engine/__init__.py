"""The engine room: wide work over Arrow tables, to the cent, described as data and run on DuckDB or on Spark."""

from tiji.kernel.engine.base import Engine, EngineError, Session
from tiji.kernel.engine.choice import EngineChoiceError, check_engine, engine_of
from tiji.kernel.engine.duck import DuckEngine
from tiji.kernel.engine.spark import SparkEngine

__all__ = [
    "DuckEngine",
    "Engine",
    "EngineChoiceError",
    "EngineError",
    "Session",
    "SparkEngine",
    "check_engine",
    "engine_of",
]
