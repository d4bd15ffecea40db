"""What is wrong with a file, cell by cell."""

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong: the row as the file counts it, the column's heading, what stands there, what to do."""

    row: int
    heading: str
    value: str
    message: str
