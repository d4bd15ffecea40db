"""The server's processes share no connection to a database."""

import pytest
from django.db import connection

from tiji.shared.serving import let_go_of_databases


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_no_pool_is_left_to_inherit():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        before = cursor.fetchone()[0]
    let_go_of_databases()
    assert connection.connection is None
    assert not connection._connection_pools
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), (SELECT count(*) FROM pg_stat_activity WHERE pid = %s)", [before])
        now, alive = cursor.fetchone()
    assert now != before
    assert alive == 0
