from tiji.apps.exchange.models.imports import Import, ImportedRows, ImportMapping

__all__ = ["Import", "ImportMapping", "ImportedRows"]
