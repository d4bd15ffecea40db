"""How the database itself guards the log and keeps its ids in order."""

from django.db import connection

from tiji.shared import triggers
from tiji.shared.audit.sealing import WRITERS
from tiji.shared.locks import lock_key
from tiji.shared.models import AuditEntry, AuditSeal

_FUNCTION = "tiji_audit_id"


def declare() -> None:
    """Entries and seals are never changed or deleted; on PostgreSQL an entry's id is taken under the writers' lock."""
    triggers.protect(AuditEntry)
    triggers.protect(AuditSeal)
    triggers.also(_id_trigger)


def _id_trigger() -> list[triggers.Trigger]:
    if connection.vendor != "postgresql":
        return []
    table = AuditEntry._meta.db_table
    function = (
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN"
        f" PERFORM pg_advisory_xact_lock_shared({lock_key(WRITERS)});"
        f" NEW.id := nextval(pg_get_serial_sequence('\"{table}\"', 'id')); RETURN NEW; END $body$"
    )
    body = f'BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION {_FUNCTION}()'
    name = triggers.named(table, "ins", function + body)
    return [triggers.Trigger(name, table, f'{function};\nCREATE TRIGGER "{name}" {body}')]
