"""What a company is called: the written form that is kept, the short form people say, and the form that is compared."""

import re
import unicodedata

from tiji.apps.customers.data.places import city_names

BRACKETS = str.maketrans({"(": "（", ")": "）", "〔": "（", "〕": "）", "［": "（", "］": "）", "[": "（", "]": "）"})
CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
SPACES = re.compile(r"\s+")
NOT_A_LETTER = re.compile(r"[\W_]+")
IN_BRACKETS = re.compile(r"（[^（）]*）")

FORMS = (
    *("股份有限责任公司", "集团股份有限公司", "集团有限责任公司", "股份有限公司", "有限责任公司", "集团有限公司"),
    *(
        "有限合伙企业",
        "普通合伙企业",
        "股份公司",
        "有限公司",
        "集团公司",
        "分公司",
        "总公司",
        "公司",
        "有限合伙",
        "事务所",
    ),
)
ENGLISH_FORM = re.compile(
    r"[,.\s]+(co[.,\s]+ltd|company limited|limited|ltd|inc|incorporated|corp|corporation|llc|plc|gmbh|ag|s\.?a)\.?$",
    re.I,
)
PROVINCES = (
    *("北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西"),
    *("山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古"),
    *("广西", "西藏", "宁夏", "新疆", "香港", "澳门"),
)
PROVINCE_SUFFIX = r"(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?"
PLACE = re.compile(rf"^(?:{'|'.join(PROVINCES)}){PROVINCE_SUFFIX}")
CITY = re.compile(r"^[\u4e00-\u9fff]{2,3}?(?:市|县|地区|自治州)")


def legal_name(text: str) -> str:
    """The name as it is kept: full width and half width made one, Chinese brackets, no needless spaces."""
    name = SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if not CHINESE.search(name):
        return name
    name = name.translate(BRACKETS)
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", name)


def same_name_key(name: str) -> str:
    """Two names with the same key are one company's: letters and digits only, without case, old forms or brackets."""
    return NOT_A_LETTER.sub("", legal_name(name).casefold())


def core_name(name: str) -> str:
    """The name without its legal form and what stands in brackets: 无锡锡澄重工有限公司 → 无锡锡澄重工."""
    plain = legal_name(name)
    if not CHINESE.search(plain):
        return ENGLISH_FORM.sub("", plain).strip(" ,.") or plain
    plain = IN_BRACKETS.sub("", plain) or plain
    if plain in FORMS:
        return plain
    for form in FORMS:
        if plain.endswith(form) and len(plain) - len(form) >= 2:
            return plain[: -len(form)]
    return plain


def short_name(name: str) -> str:
    """What people call the company when nobody said: its core without province and city, at least three characters.

    浙江省宁波市甬城电子材料有限公司 → 甬城电子材料; 上海电气股份有限公司 → 上海电气, since 电气 alone says nothing.
    """
    core = core_name(name)
    for place in (PLACE, CITY):
        shorter = place.sub("", core)
        if len(shorter) >= 3:
            core = shorter
    for length in (2, 3):
        if core[:length] in city_names() and len(core) - length >= 3:
            return core[length:][:80]
    return core[:80]
