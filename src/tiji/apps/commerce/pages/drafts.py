"""What the pages of drafts share."""

from collections.abc import Mapping
from typing import Any

from tiji.shared.errors import Conflict


def beside(
    form: Any, clash: Conflict, labels: Mapping[str, str], stored: Mapping[str, str], typed: Mapping[str, str]
) -> dict[str, Any]:
    """What stands now and what was typed, where they differ; the form saves over the newer version."""
    form.data = form.data.copy()
    form.data["version"] = clash.current.version
    rows = [(label, stored[key], typed[key]) for key, label in labels.items() if stored[key] != typed[key]]
    return {"differences": rows, "message": clash.message}
