"""What identifies a person does not survive masking; what a matter is about does."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.masking import IN_ANSWERS, find, mask, mask_name

DIGITS = "０１２３４５６７８９"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # telephones
        ("请打13939521234。", "请打139****1234。"),
        ("139 3952 1234", "139****1234"),
        ("139-3952-1234", "139****1234"),
        ("139.3952.1234", "139****1234"),
        ("1 3 9 3 9 5 2 1 2 3 4", "139****1234"),
        ("139395 21234", "139****1234"),
        ("+86 13939521234", "139****1234"),
        ("0086-13939521234", "139****1234"),
        ("电话１３９３９５２１２３４", "电话139****1234"),
        ("手机:13939521234/13839521235", "手机:139****1234/138****1235"),
        ("0395-3152234", "0395-*****34"),
        ("（0395）3152234转12", "0395-*****34"),
        ("03953152234", "0395-*****34"),
        ("010-12345678x", "010-12345678x"),
        ("联系电话：3152234、3152235", "联系电话：*****34、*****35"),
        # identity numbers, right or mistyped
        ("11010519491231002X", "11****************"),
        ("411102198503150011", "41****************"),
        ("41112220000101123x", "41****************"),
        ("411104 1988 0808 0037", "41****************"),
        ("411104-19880808-0037", "41****************"),
        ("４１１１０４１９８８０８０８００３７", "41****************"),
        ("411103199002290017", "41****************"),
        ("411102850315001", "41*************"),
        # cards, mail, names in networks, plates
        ("6222 0212 3456 7890", "************7890"),
        ("6222021234567890123", "***************0123"),
        ("zhang.san@163.com", "z***@163.com"),
        ("zhangsan＠１６３．com", "z***@163.com"),
        ("13939521234@qq.com", "1***@qq.com"),
        ("微信：zhang_san88", "微信：z***"),
        ("加微信号 13939521234", "加微信号 139****1234"),
        ("QQ:12345678", "QQ:1***"),
        ("豫L12345的车", "豫L*****的车"),
        ("豫L·D12345", "豫L******"),
        ("豫ＬＡ８８８８", "豫L*****"),
        # addresses, down to the township
        (
            "河南省漯河市源汇区老街街道民生路12号院3号楼2单元501室漏水",
            "河南省漯河市源汇区老街街道***漏水",
        ),
        ("家住召陵区阳光小区5号楼1单元302，水压低", "家住召陵区***，水压低"),
        ("商桥镇拐子王村三组12号门前路坏", "商桥镇***门前路坏"),
        ("舞阳县舞泉镇人民路１２号", "舞阳县舞泉镇***"),
        ("交通路12号", "交通路***"),
        ("阳光小区3-2-501", "阳光小区***"),
        ("我住3号楼2单元501", "我住***"),
        ("住址：漯河市郾城区沙北街道嵩山路金山花园", "住址：漯河市郾城区沙北街道***"),
        # people who give their own names
        ("我叫李四，在城里打工", "我叫李*，在城里打工"),
        ("联系人：王小明，电话不便", "联系人：王**，电话不便"),
    ],
)
def test_personal_data_is_hidden(text, shown):
    assert mask(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "黄山路与淮河路交叉口堵车，107国道施工",
        "2018年5月12日至15日停水，投资12345678元",
        "面积15000-180000平方米，每平方米1500.00-1800.00元",
        "请拨打12345热线，或110、400-810-8888",
        "编号20261122-482137-5",
        "国办发明电〔2023〕7号，豫政〔2018〕12号",
        "地铁2号线，人民医院3楼，交通路12号下午停电",
        "微信公众号：luohefabu",
        "网址http://www.example.gov.cn/a/20180612000123/1.html",
        "新ENERGY车，京A股，云B轮",
        "王女士、张主任来电",
        "联系人：张主任，请放心",
        "业主委员会，全体业主同意",
        "召陵区老窝镇石庄村，金山路小学",
        "",
    ],
)
def test_what_is_no_personal_data_stays(text):
    assert mask(text) == text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("朱小明", "朱**"),
        ("欧阳修", "欧阳*"),
        ("诸葛孔明", "诸葛**"),
        ("欧阳", "欧*"),
        ("张", "张*"),
        (" 张 三 ", "张 *"),
        ("王女士", "王女士"),
        ("欧阳先生", "欧阳先生"),
        ("张某某", "张某某"),
        ("张*", "张*"),
        ("买买提·艾力", "买**·**"),
        ("John Smith", "J*** S***"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_surname(name, shown):
    assert mask_name(name) == shown


def test_people_of_the_matter_are_hidden_wherever_they_stand():
    text = "张三和张 三、欧阳修（JOHN  SMITH）同来；王女士也在。"
    names = ["张三", "欧阳修", "John Smith", "王女士", "", "李"]
    assert mask(text, names) == "张*和张*、欧阳*（J*** S***）同来；王女士也在。"


def test_the_bureaus_own_numbers_can_be_kept():
    text = "咨询0395-3132345，本人电话0395-3152234，13939521234"
    assert mask(text, keep=["(0395)3132345"]) == (
        "咨询0395-3132345，本人电话0395-*****34，139****1234"
    )
    assert mask(text, kinds=IN_ANSWERS) == ("咨询0395-3132345，本人电话0395-3152234，139****1234")


def test_findings_say_what_was_found_and_where():
    text = "我叫李四，电话１３９３９５２１２３４"
    found = [(finding.kind, text[finding.start : finding.end]) for finding in find(text)]
    assert found == [("name", "李四"), ("mobile", "１３９３９５２１２３４")]


PARTS = """
    13939521234 139-3952-1234 411104198808080037 411102850315001 0395-3152234 3 12 - — ， 。 :
    电话 微信 交通路12号 召陵区 阳光小区 3号楼 2单元 501 豫L12345 我叫李四 张三 的 x 号 . １３９
"""
WORDS = st.lists(st.sampled_from([*PARTS.split(), "a@b.cn", " ", "\n", ""]), max_size=14)
PIECES = st.one_of(WORDS.map("的".join), WORDS.map("，".join), WORDS.map(" 在".join))


@given(PIECES)
def test_masking_again_changes_nothing(text):
    once = mask(text, ["张三"])
    assert mask(once, ["张三"]) == once


@given(
    st.text("我你在家，。 \nabX路号-", max_size=20),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", " ", "-", "－", " - "]),
    st.booleans(),
    st.text("我你在家，。 \nabX路号", max_size=20),
)
def test_no_mobile_number_survives(before, number, separator, wide, after):
    written = separator.join((number[:3], number[3:7], number[7:]))
    if wide:
        written = written.translate({ord("0") + n: DIGITS[n] for n in range(10)})
    shown = unicodedata.normalize("NFKC", mask(f"{before}{written}{after}"))
    assert number not in re.sub(r"\D", "", shown)
    assert number[3:7] not in re.sub(r"[^\d*]", "", shown).replace(number[7:], "").split("****")


@given(WORDS.map("".join))
def test_findings_are_in_order_and_apart(text):
    end = 0
    for finding in find(text, ["张三"]):
        assert end <= finding.start < finding.end <= len(text)
        end = finding.end


@given(st.text(max_size=60), st.lists(st.text(max_size=4), max_size=3))
def test_no_text_makes_masking_fail(text, names):
    assert mask(text, names) is not None


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "1 ",
        "0395-",
        "路1号",
        "1-",
        "微信 ",
        "a@",
        "一",
        "路一",
        "联系人:",
        "12号楼",
        "住址:市",
    ],
)
def test_text_made_to_be_slow_is_masked_too(piece):
    text = piece * (20_000 // len(piece)) + "，13939521234"
    assert mask(text, ["张三"]).endswith("139****1234")
