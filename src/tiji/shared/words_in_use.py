"""The words that a company uses in a text column, such as where its deals come from."""

from django.db import connections, models, router

_NEXT = """
WITH RECURSIVE found(word) AS (
  SELECT min({column}) FROM {table} WHERE {column} > ''
  UNION ALL
  SELECT (SELECT min({column}) FROM {table} WHERE {column} > '' AND {column} > found.word)
  FROM found WHERE found.word IS NOT NULL
)
SELECT word FROM found WHERE word IS NOT NULL LIMIT %s
"""


def words_in_use(model: type[models.Model], field: str, *, most: int = 50) -> list[str]:
    """The first words that stand in the column, in its order, whoever's rows they stand on.

    They are the company's own vocabulary, like its stages, so a filter offers everybody all of them. Jumps through the
    column's index (a partial one over `> ''`) from each word to the next: as many steps as words, however many rows.
    """
    connection = connections[router.db_for_read(model)]
    quote = connection.ops.quote_name
    column = quote(str(model._meta.get_field(field).column))  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(_NEXT.format(table=quote(model._meta.db_table), column=column), [most])
        return [word for (word,) in cursor.fetchall()]
