"""Where deals come from, as this company names it."""

from django.db import connection

from tiji.apps.pipeline.models import Opportunity

MOST = 50
_NEXT = """
WITH RECURSIVE found(source) AS (
  SELECT min(source) FROM "{table}" WHERE source > ''
  UNION ALL
  SELECT (SELECT min(source) FROM "{table}" WHERE source > '' AND source > found.source)
  FROM found WHERE found.source IS NOT NULL
)
SELECT source FROM found WHERE source IS NOT NULL LIMIT %s
"""


def known_sources() -> list[str]:
    """The first names in use, by name. They are the company's words, like its stages, so everybody is offered all.

    Jumps through the index from each name to the next: as many steps as names, however many deals there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT.format(table=Opportunity._meta.db_table), [MOST])
        return [name for (name,) in cursor.fetchall()]
