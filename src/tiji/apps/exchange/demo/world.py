"""What the simulation makes: plain rows with keys of their own, before any of it is stored."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass
class UnitRow:
    """A unit; `moves` are later parents from a date."""

    key: str
    name: str
    name_en: str
    kind: str
    team_type: str
    parent: str | None
    moves: list[tuple[date, str]] = field(default_factory=list)


@dataclass
class PersonRow:
    """Somebody; `places` are (from, unit key, role, title), each until the next; `skill` is about 1."""

    key: str
    name: str
    places: list[tuple[date, str, str, str]]
    hired_on: date
    left_on: date | None = None
    skill: float = 1.0
    email: str = ""

    def unit_on(self, day: date) -> str:
        """Where the person sat on a day."""
        held = [unit for start, unit, _role, _title in self.places if start <= day]
        return held[-1] if held else self.places[0][1]

    def works_on(self, day: date) -> bool:
        return self.hired_on <= day and (self.left_on is None or day < self.left_on)


@dataclass
class CustomerRow:
    """An account with its contacts; `owners` are (from, person key)."""

    key: str
    name: str
    short_name: str
    credit_body: str
    industry: str
    division: str
    tier: str
    topic: str
    team: str
    created_on: date
    owners: list[tuple[date, str]]
    contacts: list[tuple[str, str, str]] = field(default_factory=list)

    def owner_on(self, day: date) -> str:
        held = [person for start, person in self.owners if start <= day]
        return held[-1] if held else self.owners[0][1]


@dataclass
class StageStep:
    """The deal entered stage number `stage` of its process (or was closed) on a day."""

    on: date
    stage: int
    status: str = "open"


@dataclass
class DealRow:
    """An opportunity with its whole history."""

    key: str
    name: str
    customer: str
    owner: str
    process: str
    amount: Decimal
    cost: Decimal
    lines: list[tuple[str, Decimal, Decimal]]
    steps: list[StageStep]
    expected_on: date
    first_expected_on: date
    slips: int = 0
    reason: str = ""
    rival: str = ""
    next_step: str = ""
    next_step_on: date | None = None
    resume_on: date | None = None
    source: str = ""

    @property
    def created_on(self) -> date:
        return self.steps[0].on

    @property
    def status(self) -> str:
        return self.steps[-1].status

    @property
    def stage(self) -> int:
        return self.steps[-1].stage


@dataclass
class InvoiceRow:
    """One bill of a contract: which instalment, when, how much, and what of it was paid when."""

    instalment: int
    issued_on: date
    due_on: date
    amount: Decimal
    paid: list[tuple[date, Decimal]] = field(default_factory=list)


@dataclass
class ContractRow:
    """A signed contract with its plan, bills and money. `deal` is empty for business from before the deals."""

    key: str
    name: str
    customer: str
    owner: str
    deal: str
    signed_on: date
    amount: Decimal
    cost: Decimal
    instalments: list[tuple[str, date, Decimal, str]]
    invoices: list[InvoiceRow]


@dataclass
class ActivityRow:
    """A visit, call or task."""

    kind: str
    owner: str
    customer: str
    deal: str
    subject: str
    on: date
    done: bool
    minute: int
    purpose: str = ""
    result: str = ""
    note: str = ""
    next_step: str = ""


@dataclass
class World:
    """The whole demo company on one day."""

    today: date
    start: date
    units: list[UnitRow]
    people: dict[str, PersonRow]
    customers: dict[str, CustomerRow]
    deals: list[DealRow]
    contracts: list[ContractRow]
    activities: list[ActivityRow]
