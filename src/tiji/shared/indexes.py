"""Indexes that lists walk."""

from typing import Any

from django.db import models


class NullsLastIndex(models.Index):
    """An index over columns that may be empty, in the order `keyset` gives: `fields=["-expected_on", "-id"]`.

    PostgreSQL puts empty values first in a descending index unless told; SQLite knows no such word in an index.
    """

    def create_sql(self, model: type[models.Model], schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return super().create_sql(model, schema_editor, using=using, **kwargs)
        orders = self.fields_orders
        try:
            self.fields_orders = [
                (name, f"{suffix or 'ASC'} NULLS LAST" if model._meta.get_field(name).null else suffix)
                for name, suffix in orders
            ]
            return super().create_sql(model, schema_editor, using=using, **kwargs)
        finally:
            self.fields_orders = orders
