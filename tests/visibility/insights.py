"""Who may open the homes, the cockpit and the palette."""

from tiji.apps.pipeline.services.processes import found_processes
from visibility.doors import EVERYBODY, page


def build(world):
    found_processes()


PAGES = {
    "home": page(EVERYBODY),
    "cockpit": page(EVERYBODY),
    "cockpit_funnel": page(EVERYBODY),
    "cockpit_risks": page(EVERYBODY),
    "cockpit_ranking": page(EVERYBODY),
    "palette": page(EVERYBODY, query="q=a"),
}

OPERATIONS: dict[str, object] = {}
