"""One rule for list, count, export and API: the same rows behind every door."""

import csv
import io
import re
from typing import Any

from django.test import Client
from django.urls import reverse

_ROW = re.compile(r'data-row="(\d+)"')


def assert_same_rows(
    user: Any,
    model: Any,
    *,
    list_name: str = "",
    api_path: str = "",
    expected: set[int] | None = None,
    export_key: str = "",
    query: str = "",
) -> set[int]:
    """The rows of `visible_to`, its count, the list page, its export and the API are one set; returns it.

    `list_name` is the list page's URL name, `api_path` the operation below /api/v1, `query` what both are asked with.
    `export_key` is the attribute whose values stand in one column of the export; without it the lines are counted.
    `expected` are the primary keys that the case says he sees.
    """
    rows = model.objects.visible_to(user)
    keys = set(rows.values_list("pk", flat=True))
    assert rows.count() == len(keys)
    if expected is not None:
        assert keys == expected, f"{user} sees {keys}, not {expected}"
    client = Client()
    client.force_login(user)
    if list_name:
        url = reverse(list_name)
        assert _list_keys(client, url, query or "view=all") == keys, (
            f"{list_name} shows {user} other rows than visible_to"
        )
        _check_export(client, url, query, rows, export_key)
    if api_path:
        assert _api_keys(client, api_path, query) == keys, f"{api_path} gives {user} other rows than visible_to"
    return keys


def _list_keys(client: Client, url: str, query: str) -> set[int]:
    found: list[int] = []
    address: str | None = f"{url}?{query}" if query else url
    while address:
        html = client.get(address).content.decode()
        found += [int(key) for key in _ROW.findall(html)]
        following = re.search(r'id="page-next"[^>]*href="([^"]+)"', html)
        address = following[1].replace("&amp;", "&") if following else None
        if address and address.startswith("?"):
            address = url + address
    assert len(found) == len(set(found)), "a row stands twice in the list"
    return set(found)


def _check_export(client: Client, url: str, query: str, rows: Any, key: str) -> None:
    response = client.get(f"{url}?{query + '&' if query else ''}export=csv")
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]
    assert len(lines) == rows.count(), "the export has another number of rows than the list"
    if key:
        wanted = {str(getattr(row, key)) for row in rows}
        assert (
            any({line[column] for line in lines} == wanted for column in range(len(lines[0]) if lines else 0))
            or not wanted
        )


def _api_keys(client: Client, path: str, query: str) -> set[int]:
    found: list[int] = []
    cursor = ""
    while True:
        parts = [part for part in (query, "size=200", f"cursor={cursor}" if cursor else "") if part]
        body = client.get(f"/api/v1{path}?{'&'.join(parts)}").json()
        found += [row["id"] for row in body["items"]]
        cursor = body["next"] or ""
        if not cursor:
            assert len(found) == len(set(found)), "a row comes twice from the API"
            return set(found)
