"""Legal names are kept in one written form; short names are what people say."""

import pytest

from tiji.apps.customers.models.names import legal_name, same_name_key, short_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  无锡锡澄重工有限公司 ", "无锡锡澄重工有限公司"),
        ("华为技术(深圳)有限公司", "华为技术（深圳）有限公司"),
        ("华为技术〔深圳〕有限公司", "华为技术（深圳）有限公司"),
        ("ＡＢＢ　（中国）有限公司", "ABB（中国）有限公司"),
        ("无锡 锡澄 重工有限公司", "无锡锡澄重工有限公司"),
        ("Acme   Corp. (Shanghai)", "Acme Corp. (Shanghai)"),
    ],
)
def test_names_are_kept_in_one_form(typed, kept):
    assert legal_name(typed) == kept


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("无锡锡澄重工有限公司", "锡澄重工"),
        ("浙江省宁波市甬城电子材料有限公司", "甬城电子材料"),
        ("内蒙古自治区草原乳业股份有限公司", "草原乳业"),
        ("上海电气股份有限公司", "上海电气"),
        ("绍兴镜湖纺织集团有限公司", "镜湖纺织"),
        ("锡澄重工（无锡）有限责任公司", "锡澄重工"),
        ("Acme Tools Co., Ltd.", "Acme Tools"),
        ("有限公司", "有限公司"),
    ],
)
def test_short_names_drop_place_and_legal_form(name, said):
    assert short_name(name) == said


def test_names_that_differ_in_writing_only_are_one():
    spellings = ["ABB（中国）有限公司", "ABB(中国)有限公司", "abb 〔中国〕 有限公司", "ＡＢＢ中国有限公司"]
    assert len({same_name_key(name) for name in spellings}) == 1
    assert same_name_key("ABB（中国）有限公司") != same_name_key("ABB（北京）有限公司")
