"""What a rule says when it says no: worded for the user, with the field it belongs to and a stable kind."""

from typing import Any


class DomainError(Exception):
    """A rule refused. `message` tells the user what is wrong and what to do; `field` names the input it belongs to.

    Shape: `fields` maps further field names to messages; `code` is the stable slug of the rule; `extra` goes to the
    API's problem document.
    """

    status = 422
    code = "rule"

    def __init__(
        self,
        message: Any,
        *,
        field: str | None = None,
        fields: dict[str, Any] | None = None,
        code: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        if field:
            self.fields[field] = message
        self.field = field
        self.code = code or type(self).code
        self.extra = extra

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The actor may not do this; the message says whom to ask."""

    status = 403
    code = "not-allowed"


class NotFound(DomainError):
    """There is no such thing, or the actor may not know of it."""

    status = 404
    code = "not-found"


class Conflict(DomainError):
    """Somebody changed the thing in between. `current` and `attempted` let the page show both."""

    status = 409
    code = "conflict"

    def __init__(self, message: Any, *, current: Any = None, attempted: Any = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.current = current
        self.attempted = attempted


class PostedRowError(DomainError):
    """A posted row was about to be changed; a correction is a reversal."""

    status = 409
    code = "posted"
