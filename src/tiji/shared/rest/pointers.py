"""Where in a request's body a refusal belongs, called as the body calls it.

A service speaks of the thing (`owner`), a body names its key (`owner_id`): one rule for every operation.
"""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel

Schemas = Sequence[type[BaseModel]]


def body_schemas(models: Sequence[Any]) -> Schemas:
    """The schemas of what an operation takes as its body, from the operation's own parameters."""
    bodies = (model for model in models if model.__ninja_param_source__ == "body")
    return [schema for body in bodies for field in body.model_fields.values() for schema in _within(field.annotation)]


def pointer(schemas: Schemas, name: str) -> str:
    """The JSON pointer of a field, or of a cell of a list by its path: `lines/0/product` → `#/lines/0/product_id`."""
    path = ["#"]
    for part in name.split("/"):
        called = part if part.isdecimal() else _called(schemas, part)
        if not part.isdecimal():
            fields = (schema.model_fields[called] for schema in schemas if called in schema.model_fields)
            schemas = [inner for field in fields for inner in _within(field.annotation)]
        path.append(escaped(called))
    return "/".join(path)


def escaped(part: Any) -> str:
    """A name as it stands in a JSON pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _called(schemas: Schemas, name: str) -> str:
    """The name itself where a body knows it, or where none knows its key either; else its key."""
    known = {field for schema in schemas for field in schema.model_fields}
    return f"{name}_id" if name not in known and f"{name}_id" in known else name


def _within(annotation: Any) -> Iterator[type[BaseModel]]:
    """The schemas inside a type: of `list[LineIn] | None` it is `LineIn`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in get_args(annotation):
        yield from _within(inner)
