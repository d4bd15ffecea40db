"""The audit log: `record` what was done; seal it in batches; verify that nothing was changed since."""

from tiji.shared.audit.entries import AuditFilters, audit_entries
from tiji.shared.audit.recording import Deed, changes, record, record_batch, record_many, snapshot
from tiji.shared.audit.sealing import Break, head, seal, verify

__all__ = [
    "AuditFilters",
    "Break",
    "Deed",
    "audit_entries",
    "changes",
    "head",
    "record",
    "record_batch",
    "record_many",
    "seal",
    "snapshot",
    "verify",
]
