"""Where deals come from, as this company names it."""

from tiji.apps.pipeline.models import Opportunity
from tiji.shared.words_in_use import words_in_use


def known_sources() -> list[str]:
    """The names in use. They are the company's words, like its stages, so everybody is offered all."""
    return words_in_use(Opportunity, "source")
