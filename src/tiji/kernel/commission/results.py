"""What a run gives back, as Arrow tables. Source: docs/kernel/commission-pipeline.md, "Output tables" """

from __future__ import annotations

from dataclasses import dataclass, fields

import pyarrow as pa
import pyarrow.compute as pc

CREDITS = ("event_id", "seq", "payee_id", "share", "credit", "event_on", "interval_no", "pay_no")
CREDITS_ORDER = ("payee_id", "event_on", "event_id", "seq")
TRACE = (
    *("payee_id", "event_on", "event_id", "seq", "interval_no", "pay_no"),
    *("event_amount", "share", "credit", "before", "after", "quota", "rate", "amount"),
    *("kind", "business", "subject_id", "reverses_id", "refs", "fields"),
)
SLICES = (
    *("payee_id", "event_on", "event_id", "seq", "slice_no"),
    *("kind", "from_total", "to_total", "rate", "amount"),
)
MEASURES = ("payee_id", "interval_no", "total", "quota", "earned")
TOTALS = ("payee_id", "month_no", "credit", "amount")
EARNINGS = ("payee_id", "interval_no", "pay_no", "credit", "amount", "lines")
UNCREDITED = ("event_id", "amount")
PROBLEMS = ("payee_id", "interval_no", "code", "total")


@dataclass(frozen=True, slots=True)
class Results:
    """All tables begin with `component`. Money is int64 in minor units, shares and rates in 1/100,000,000.

    credits     who is credited with how much of which event
    measures    each payee's total of each interval that the window touches, with quota and what it earned
    trace       the lines: one per credit, with the running total before and after it and what it pays
                (`fields`: what the event says for the plan's formulas, see `parse_fields`)
    slices      what the lines without a rate are made of, tier by tier; the amounts add up to the line. A line with
                a rate is one slice itself, from before to after: `all_slices` has those, too
    earnings    the sums per payee and pay interval; what a statement pays
    totals      what each calendar month (year × 12 + month − 1) counted and earned, from the first event on; only for
                plans with cells or payment, which read it (`compute_sheet`)
    uncredited  money of counted events that nobody is credited with
    problems    payees who could not be paid, with the reason: quota_missing, quota_not_positive
    """

    credits: pa.Table
    measures: pa.Table
    trace: pa.Table
    slices: pa.Table
    earnings: pa.Table
    totals: pa.Table
    uncredited: pa.Table
    problems: pa.Table

    @property
    def all_slices(self) -> pa.Table:
        """Every line's slices, also of the lines that are one."""
        alone = self.trace.filter(pc.is_valid(self.trace["rate"]))
        kinds = pa.array(["tier"], pa.string()).dictionary_encode()
        told = {"slice_no": pa.repeat(pa.scalar(0, pa.int64()), alone.num_rows)}
        told["kind"] = kinds.take(pa.repeat(pa.scalar(0, pa.int32()), alone.num_rows))
        told |= {"from_total": alone["before"], "to_total": alone["after"]}
        columns = {name: told[name] if name in told else alone[name] for name in self.slices.column_names}
        whole = pa.concat_tables([pa.table(columns).cast(self.slices.schema), self.slices])
        return whole.unify_dictionaries()


def coded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Texts that repeat, each kept once, in the order of the alphabet: the same rows give the same array."""
    plain = column.combine_chunks().dictionary_encode()
    plain = plain.combine_chunks() if isinstance(plain, pa.ChunkedArray) else plain
    words = plain.dictionary
    order = pc.sort_indices(words)
    places = pc.sort_indices(order).cast(pa.int32())
    return pa.DictionaryArray.from_arrays(places.take(plain.indices), words.take(order))


def in_words(numbers: pa.ChunkedArray, words: tuple[str, ...]) -> pa.DictionaryArray:
    """A column of numbers as the words they stand for."""
    return pa.DictionaryArray.from_arrays(numbers.combine_chunks().cast(pa.int8()), pa.array(words, pa.string()))


def with_component(table: pa.Table, code: str) -> pa.Table:
    """The table with the component's code before its columns, kept once and not once a row."""
    indices = pa.Array.from_buffers(pa.int32(), table.num_rows, [None, pa.py_buffer(bytes(4 * table.num_rows))])
    column = pa.DictionaryArray.from_arrays(indices, pa.array([code], pa.string()))
    return table.add_column(0, "component", column)


def joined(parts: list[Results]) -> Results:
    """The tables of all components, one after the other."""
    together = {
        field.name: pa.concat_tables([getattr(part, field.name) for part in parts]).unify_dictionaries()
        for field in fields(Results)
    }
    return Results(**together)
