"""Units and people of the demo company."""

from datetime import date, timedelta
from random import Random

from tiji.apps.exchange.demo.words import GIVEN_FIRST, GIVEN_SECOND, REGIONS, SURNAMES
from tiji.apps.exchange.demo.world import PersonRow, UnitRow

ROOT = "company"
REPS_OF_TEAM = 6
SHARED_SEATS = (
    ("director", "韩思远", "director", "销售总监"),
    ("operations", "孟可为", "sales_operations", "销售运营经理"),
    ("finance", "蒋文静", "finance", "应收会计主管"),
    ("hr", "顾晓晨", "hr", "人力资源经理"),
    ("pm-EC", "高朗", "product_manager", "产品经理"),
    ("pm-EM", "温立行", "product_manager", "产品经理"),
    ("pm-PL", "梅楚涵", "product_manager", "产品经理"),
)
# Those the stories are told of: (team, seat) → name.
NAMED_REPS = {
    ("sunan", 0): "陈昊然",
    ("sunan", 1): "林可欣",
    ("zhejiang", 0): "沈一鸣",
    ("zhejiang", 1): "何嘉言",
    ("shanghai", 0): "赵雨桐",
    ("shanghai", 1): "方志恒",
    ("zhejiang", 2): "宋雨薇",
    ("sunan", 2): "王梓墨",
}
NAMED_HEADS = {"east": "周以宁", "south": "温景行", "north": "邱建明", "southwest": "蒲青川", "central": "贺知远"}
SKILLS = {"陈昊然": 1.75, "方志恒": 0.55, "林可欣": 1.25, "赵雨桐": 0.9}


def make_units(start: date, today: date) -> list[UnitRow]:
    """Company, regions, teams. One team changed regions half a year ago."""
    units = [UnitRow(ROOT, "华岳智控", "Huayue Controls", "company", "effectiveness", None)]
    for code, name, name_en, _weight, teams in REGIONS:
        units.append(UnitRow(code, name, name_en, "region", "effectiveness", ROOT))
        for team, team_name, team_en, team_type, _cities in teams:
            units.append(UnitRow(team, team_name, team_en, "team", team_type, code))
    moved = next(unit for unit in units if unit.key == "yungui")
    moved.parent = "south"
    moved.moves = [(first_of_month(today - timedelta(days=190)), "southwest")]
    return units


def make_people(rng: Random, start: date, today: date) -> dict[str, PersonRow]:
    """About 130 people: shared seats, heads of regions and teams, and the reps; one moved, one left, some are new."""
    taken: set[str] = {name for _key, name, _role, _title in SHARED_SEATS}
    taken |= set(NAMED_REPS.values()) | set(NAMED_HEADS.values())
    long_ago = date(start.year - 4, 3, 1)
    people = {
        key: PersonRow(key, name, [(long_ago, ROOT, role, title)], long_ago) for key, name, role, title in SHARED_SEATS
    }
    for code, _name, _en, weight, teams in REGIONS:
        head = NAMED_HEADS.get(code) or new_name(rng, taken)
        people[f"head-{code}"] = PersonRow(f"head-{code}", head, [(long_ago, code, "manager", "大区经理")], long_ago)
        for team, _team_name, _team_en, _type, _cities in teams:
            lead = new_name(rng, taken)
            people[f"lead-{team}"] = PersonRow(f"lead-{team}", lead, [(long_ago, team, "manager", "组长")], long_ago)
            for seat in range(round(REPS_OF_TEAM * min(weight, 1.1))):
                person = _rep(rng, team, seat, taken, start, today)
                people[person.key] = person
    _tell_moves(people, today)
    return people


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def new_name(rng: Random, taken: set[str]) -> str:
    """A name nobody has yet."""
    while True:
        name = (
            rng.choice(SURNAMES) + rng.choice(GIVEN_FIRST) + (rng.choice(GIVEN_SECOND) if rng.random() < 0.85 else "")
        )
        if len(name) > 1 and name not in taken:
            taken.add(name)
            return name


def _rep(rng: Random, team: str, seat: int, taken: set[str], start: date, today: date) -> PersonRow:
    name = NAMED_REPS.get((team, seat)) or new_name(rng, taken)
    hired = start - timedelta(days=rng.randint(60, 1500))
    if (team, seat) == ("sunan", 0):
        hired = date(start.year - 4, 1, 4)
    if seat == REPS_OF_TEAM - 1 and rng.random() < 0.5:
        hired = first_of_month(today - timedelta(days=rng.randint(70, 300)))
    skill = SKILLS.get(name) or max(0.45, rng.gauss(1.0, 0.22))
    title = "销售代表" if skill < 1.1 else "高级销售代表"
    return PersonRow(f"rep-{team}-{seat}", name, [(hired, team, "rep", title)], hired, skill=skill)


def _tell_moves(people: dict[str, PersonRow], today: date) -> None:
    """One rep changed teams last quarter, one left the company."""
    mover = people["rep-subei-1"]
    mover.places.append((first_of_month(today - timedelta(days=110)), "sunan", "rep", "销售代表"))
    leaver = people["rep-hebei-2"]
    leaver.left_on = first_of_month(today - timedelta(days=75))
