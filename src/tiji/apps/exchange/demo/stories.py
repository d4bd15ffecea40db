"""Stories that show at first look: a stalled big deal, an overdue account, a slipped commitment, a pressed price."""

from datetime import timedelta
from decimal import Decimal

from tiji.apps.exchange.demo.world import ActivityRow, ContractRow, DealRow, InvoiceRow, StageStep, World

# Days before today at which each stage was entered; the deal stands in the last of them.
STALLED = (94, 86, 78, 68, 58, 46, 46)
SLIPPED = (120, 112, 96, 78, 62, 40, 25, 14)
PRESSED = (70, 64, 52, 38, 21)
WAITING = (58, 50, 36)


def tell(world: World) -> None:
    """Add the stories to the world."""
    today = world.today
    control = (("EC-40", 32, "80000"), ("PL-Y", 10, "98000"), ("SV-1", 58, "10000"))
    energy = (("EM-P", 3, "860000"), ("EM-M", 22, "12800"))
    ship = (("EC-20", 26, "38000"), ("PL-C", 1, "520000"))
    world.deals += [
        _deal(world, "c0", "二期产线智控系统", STALLED, control, 24, 1, ("约 CFO，由大区经理陪访", 0), "启衡自动化"),
        _deal(world, "c1", "能源管理平台", SLIPPED, energy, -5, 2, ("与采购确认招标日期", -2)),
        _deal(
            world, "c3", "边缘控制器集采", PRESSED, (("EC-40", 25, "79200"),), 30, 0, ("提交特价申请", 1), "远桥控制"
        ),
        _deal(world, "c4", "分段车间智控", WAITING, ship, 82, 0, ("产品经理排期", 3)),
    ]
    world.contracts.append(_overdue(world))
    world.contracts.sort(key=lambda row: (row.signed_on, row.key))
    world.deals.sort(key=lambda row: (row.created_on, row.key))
    world.activities.append(
        ActivityRow(
            kind="visit",
            owner=world.customers["c0"].owners[-1][1],
            customer="c0",
            deal="story-c0",
            subject="二厂车间集体走访",
            on=today - timedelta(days=16),
            done=True,
            minute=95,
            purpose="需求调研",
            result="progress",
            note="厂长确认停机损失约 38 万每月，愿意引荐 CFO；决策人 CFO 仍未接触。",
            next_step="约 CFO",
        )
    )


def _deal(
    world: World,
    customer: str,
    name: str,
    entered: tuple[int, ...],
    lines: tuple[tuple[str, int, str], ...],
    expected_in: int,
    slips: int,
    step: tuple[str, int],
    rival: str = "",
) -> DealRow:
    expected = world.today + timedelta(days=expected_in)
    rows = [(code, Decimal(quantity), Decimal(price)) for code, quantity, price in lines]
    amount = sum((quantity * price for _code, quantity, price in rows), Decimal(0))
    first = expected - timedelta(days=14 * slips)
    return DealRow(
        key=f"story-{customer}",
        name=name,
        customer=customer,
        owner=world.customers[customer].owners[-1][1],
        process="effectiveness",
        amount=amount,
        cost=(amount * Decimal("0.64")).quantize(Decimal("0.01")),
        lines=rows,
        steps=[StageStep(world.today - timedelta(days=days), stage) for stage, days in enumerate(entered)],
        expected_on=expected,
        first_expected_on=first,
        slips=slips,
        rival=rival,
        next_step=step[0],
        next_step_on=world.today + timedelta(days=step[1]),
        source="转介绍",
    )


def _overdue(world: World) -> ContractRow:
    """瓯江阀门 owes 1.26 million, 47 days past due."""
    today = world.today
    due = today - timedelta(days=47)
    signed = due - timedelta(days=90)
    amount, advance = Decimal("1860000"), Decimal("600000")
    owner = world.customers["c2"].owners[-1][1]
    row = ContractRow(
        "story-k-c2", "瓯江阀门铸造线监控", "c2", owner, "", signed, amount, Decimal("1190000"),
        [("预付款", signed + timedelta(days=7), advance, "合同生效"), ("到货款", due, amount - advance, "货到现场")],
        [],
    )  # fmt: skip
    row.invoices = [
        InvoiceRow(0, signed, signed + timedelta(days=7), advance, [(signed + timedelta(days=9), advance)]),
        InvoiceRow(1, due - timedelta(days=25), due, amount - advance),
    ]
    return row
