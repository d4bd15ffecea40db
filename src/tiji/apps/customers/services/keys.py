"""The columns that are computed from what a customer is called, in one place for every way a row is written."""

from tiji.apps.customers.models.names import CHINESE, core_name, same_name_key
from tiji.apps.customers.models.search import grams, search_key
from tiji.shared.search import initials, pinyin_key


def account_keys(
    *, name: str, short_name: str = "", credit_code: str = "", phone: str = "", number: str = ""
) -> dict[str, str]:
    """How an account is compared, found and sorted."""
    core = core_name(name)
    words = [name, short_name, *readings(core), *(readings(short_name) if short_name not in core else ())]
    key = search_key([*words, credit_code, phone, number])
    return {
        "name_key": same_name_key(name)[:200],
        "search_key": key,
        "search_grams": grams(key),
        "sort_key": pinyin_key(name)[:240],
    }


def contact_keys(*, name: str, phone: str = "", email: str = "") -> dict[str, str]:
    """How a contact is found and sorted."""
    key = search_key([name, *readings(name), phone, email.partition("@")[0], email])
    return {"search_key": key, "search_grams": grams(key), "sort_key": pinyin_key(name)[:240]}


def division_key(name: str, full_name: str) -> str:
    """How a division is found."""
    return search_key([full_name, name, *readings(name)])[:200]


def readings(text: str) -> tuple[str, ...]:
    """Full pinyin and initials of a text with Chinese characters: 锡澄重工 → xichengzhonggong, xczg."""
    return (pinyin_key(text).replace(" ", ""), initials(text)) if CHINESE.search(text) else ()
