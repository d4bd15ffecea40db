"""The derived table of who is below whom: rebuilt from the placements, in sets, for the units a change touches."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from tiji.apps.organization.models import Unit, UnitPath, UnitPlacement
from tiji.shared.errors import DomainError

FOREVER = date.max


class _Step(NamedTuple):
    parent: int | None
    start: date
    end: date


class _Path(NamedTuple):
    ancestor: int
    depth: int
    start: date
    end: date


def rebuild_paths(units: Collection[int] | None = None) -> int:
    """Rebuild the paths of these units and of all that was or is ever below them; of every unit when None.

    Returns how many paths were written. Raises: DomainError if a unit would come to stand below itself on some day.
    """
    steps, children = _steps()
    touched = set(steps) if units is None else _below(set(units), children)
    rows = [
        UnitPath(
            ancestor_id=path.ancestor,
            unit_id=unit,
            depth=path.depth,
            valid_from=path.start,
            valid_until=None if path.end == FOREVER else path.end,
        )
        for unit in sorted(touched)
        for path in paths_of(unit, steps)
    ]
    UnitPath.objects.filter(unit_id__in=touched).delete()
    UnitPath.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def _steps() -> tuple[dict[int, list[_Step]], dict[int, set[int]]]:
    steps: dict[int, list[_Step]] = defaultdict(list)
    children: dict[int, set[int]] = defaultdict(set)
    placements = UnitPlacement.objects.order_by("valid_from")
    for unit, parent, start, end in placements.values_list("unit_id", "parent_id", "valid_from", "valid_until"):
        steps[unit].append(_Step(parent, start, end or FOREVER))
        if parent is not None:
            children[parent].add(unit)
    return steps, children


def _below(units: set[int], children: dict[int, set[int]]) -> set[int]:
    found: set[int] = set()
    waiting = list(units)
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting.extend(children.get(unit, ()))
    return found


def paths_of(unit: int, steps: dict[int, list[_Step]]) -> list[_Path]:
    """Every path up from a unit with the days on which it holds; days on which nothing changes are one row."""
    found = [_Path(unit, 0, step.start, step.end) for step in steps[unit]]
    for step in steps[unit]:
        found.extend(_up(step, steps, 1, (unit,)))
    return _merged(found)


def _up(step: _Step, steps: dict[int, list[_Step]], depth: int, passed: tuple[int, ...]) -> Iterator[_Path]:
    if step.parent is None:
        return
    if step.parent in passed:
        raise _cycle(step)
    for above in steps.get(step.parent, ()):
        start, end = max(step.start, above.start), min(step.end, above.end)
        if start < end:
            yield _Path(step.parent, depth, start, end)
            yield from _up(_Step(above.parent, start, end), steps, depth + 1, (*passed, step.parent))


def _merged(paths: list[_Path]) -> list[_Path]:
    result: list[_Path] = []
    for path in sorted(paths):
        last = result[-1] if result else None
        if last and (last.ancestor, last.depth, last.end) == (path.ancestor, path.depth, path.start):
            result[-1] = last._replace(end=path.end)
        else:
            result.append(path)
    return result


def _cycle(step: _Step) -> DomainError:
    name = Unit.objects.filter(pk=step.parent).first()
    message = _("“%(unit)s” would stand below itself from %(day)s. Choose a unit that is not below it.")
    return DomainError(message % {"unit": name, "day": step.start}, field="parent", code="unit-cycle")
