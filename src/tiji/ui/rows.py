"""Tables that are typed: rows of the same fields, as many as one likes, empty ones left out. Marked up by the room."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tiji.ui.forms import Form

MARK = "__n__"


class Rows:
    """Rows of one form class. The browser repeats the fields' names; a row in which nothing was typed is no row."""

    def __init__(
        self,
        row_class: type[Form],
        prefix: str,
        data: Any = None,
        *,
        initial: Sequence[Mapping[str, Any]] = (),
        blank: int = 1,
        **options: Any,
    ) -> None:
        self.row_class, self.prefix, self.options = row_class, prefix, options
        self.is_bound = data is not None
        self.names = list(row_class.base_fields)
        typed = self._typed(data) if self.is_bound else [None] * (len(initial) + blank)
        self.forms = [
            self._form(str(at), one, initial[at] if at < len(initial) and not self.is_bound else {})
            for at, one in enumerate(typed)
        ]

    def _typed(self, data: Any) -> list[dict[str, str]]:
        columns = {name: data.getlist(f"{self.prefix}-{name}") for name in self.names}
        count = min(max((len(values) for values in columns.values()), default=0), 500)
        return [
            {f"{self.prefix}-{name}": values[at] if at < len(values) else "" for name, values in columns.items()}
            for at in range(count)
        ]

    def _form(self, at: str, data: dict[str, str] | None, initial: Mapping[str, Any]) -> Form:
        return self.row_class(
            data,
            prefix=self.prefix,
            auto_id=f"id_{self.prefix}{at}_%s",
            initial=dict(initial),
            empty_permitted=True,
            **self.options,
        )

    @property
    def empty(self) -> Form:
        """The row that the browser copies for each further one."""
        return self._form(MARK, None, {})

    @property
    def heads(self) -> list[Any]:
        return [self.empty[name] for name in self.names]

    def is_valid(self) -> bool:
        wrong = [form for form in self.forms if not form.is_valid()]
        return not wrong

    def cleaned(self) -> list[dict[str, Any]]:
        """What was typed, row by row."""
        return [form.cleaned_data for form in self.forms if form.has_changed()]

    def values(self, names: Iterable[str]) -> list[tuple[Any, ...]]:
        return [tuple(row[name] for name in names) for row in self.cleaned()]
