#!/usr/bin/env python3
"""核验诉求办理证明 · Check the proof of a citizen's case.

用法 / Usage:

    python3 check_proof.py PROOF.json [--seals SEALS.json] [--receipt HASH]
                           [--title TITLE --text FILE]

PROOF.json  从“查看我的诉求”页面下载的证明 / the proof downloaded from the page of your matter
--seals     从“公开核验”页面（或任何留存副本）下载的每日封存 / the seals from the transparency page,
            or better a copy somebody else has kept
--receipt   回执上印的指纹 / the fingerprint printed on the receipt
--title, --text  当初提交的标题和正文（UTF-8 文件） / the title and text you sent (a UTF-8 file)

退出码 / exit status: 0 全部成立 all holds; 1 有不成立之处 broken; 2 无法读取 unreadable.

只用 Python 3.8 及以上的标准库，不联网。 Needs Python 3.8 or newer, nothing else, and no network.
"""

import argparse
import datetime as dt
import hashlib
import json
import re
import sys

PROOF_FORMAT = "huiying-proof-1"
SEAL_FORMAT = "huiying-seal-1"
GENESIS = "0" * 64
CHINA = dt.timezone(dt.timedelta(hours=8))
SEAL_FIELDS = ("day", "events", "late", "cases", "root", "sealed_at", "previous", "hash")
EVENT_FIELDS = ("case", "seq", "at", "shown", "kept", "previous", "hash")
HEX = re.compile("[0-9a-f]{64}")


class Unreadable(Exception):
    """A file that is no proof, or no list of seals."""


class Report:
    """Prints what holds and what is broken, in both languages."""

    def __init__(self):
        self.broken = 0

    def holds(self, zh, en):
        print("[成立 OK]       {}\n                {}".format(zh, en))

    def breaks(self, zh, en):
        self.broken += 1
        print("[不成立 BROKEN] {}\n                {}".format(zh, en))

    def note(self, zh, en):
        print("[说明 NOTE]     {}\n                {}".format(zh, en))


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def canonical(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8")


def read_text(path):
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise Unreadable("{}: {}".format(path, error))


def read_json(path):
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise Unreadable("{}: {}".format(path, error))


def read_proof(path):
    proof = read_json(path)
    if not isinstance(proof, dict) or proof.get("format") != PROOF_FORMAT:
        raise Unreadable("{}: 不是证明文件 / is no proof of this kind".format(path))
    for name in ("events", "sealed", "seals"):
        if not isinstance(proof.get(name), list):
            raise Unreadable("{}: 缺少 {} / has no {}".format(path, name, name))
    for event in proof["events"]:
        need(path, event, EVENT_FIELDS)
        if not isinstance(event["seq"], int) or not isinstance(event["shown"], dict):
            raise Unreadable("{}: 事件格式不对 / an event cannot be read".format(path))
        instant(path, event["at"])
    for head in proof["sealed"]:
        need(path, head, ("day", "seq", "hash", "place", "path"))
        whole = all(isinstance(head[name], int) for name in ("seq", "place"))
        if not whole or not isinstance(head["path"], list) or not is_hash(head["hash"]):
            raise Unreadable("{}: 封存记录格式不对 / a sealed head cannot be read".format(path))
    proof["seals"] = [seal_of(path, seal) for seal in proof["seals"]]
    return proof


def read_seals(path):
    found = read_json(path)
    rows = found.get("seals") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise Unreadable("{}: 不是封存清单 / is no list of seals".format(path))
    return [seal_of(path, row) for row in rows]


def need(path, row, fields):
    if not isinstance(row, dict) or any(name not in row for name in fields):
        raise Unreadable("{}: 应有字段 / must have the fields {}".format(path, ", ".join(fields)))


def seal_of(path, row):
    need(path, row, SEAL_FIELDS)
    seal = {name: row[name] for name in SEAL_FIELDS}
    try:
        for name in ("events", "late", "cases"):
            seal[name] = int(seal[name])
        dt.date(*[int(part) for part in str(seal["day"]).split("-")])
    except (TypeError, ValueError):
        raise Unreadable("{}: 封存格式不对 / a seal cannot be read: {}".format(path, row))
    return seal


def instant(path, text):
    try:
        return dt.datetime.strptime(text + "+0000", "%Y-%m-%dT%H:%M:%SZ%z")
    except (TypeError, ValueError):
        raise Unreadable("{}: 时间格式不对 / no instant: {}".format(path, text))


def is_hash(text):
    return isinstance(text, str) and HEX.fullmatch(text) is not None


def event_hash(event):
    return sha256(canonical({name: event[name] for name in EVENT_FIELDS if name != "hash"}))


def check_chain(proof, report):
    """Every event must follow the one before, from the first on."""
    before, previous = report.broken, GENESIS
    at = ""
    for seq, event in enumerate(proof["events"], start=1):
        name = ("第{}步".format(event["seq"]), "event {}".format(event["seq"]))
        if event["case"] != proof.get("case"):
            report.breaks(name[0] + "属于另一件诉求", name[1] + " belongs to another case")
        if event["seq"] != seq:
            report.breaks("第{}步缺失".format(seq), "event {} is missing".format(seq))
            return
        if event["previous"] != previous:
            report.breaks(
                name[0] + "没有接在前一步之后", name[1] + " does not follow the event before it"
            )
        if event_hash(event) != event["hash"]:
            report.breaks(name[0] + "的内容被改动", name[1] + ": its content was changed")
        if event["at"] < at:
            report.breaks(
                name[0] + "的时间早于前一步", name[1] + " is dated before the event before it"
            )
        previous, at = event["hash"], event["at"]
    if not proof["events"]:
        report.breaks("证明里没有任何一步", "the proof holds no event")
    elif report.broken == before:
        n = len(proof["events"])
        report.holds(
            "办理链完整：{}步，环环相扣".format(n), "the chain is whole: {} events".format(n)
        )


def leaf_hash(content):
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(content, place, size, path):
    """RFC 9162, section 2.1.3.2; None for a path of the wrong length."""
    found, last = leaf_hash(content), size - 1
    if not 0 <= place <= last:
        return None
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def check_sealed(proof, seals, report):
    """Every sealed head must be an event of the chain and lead to the root of its day."""
    events = {event["seq"]: event for event in proof["events"]}
    by_day = {seal["day"]: seal for seal in seals}
    for head in proof["sealed"]:
        zh, en = "{}的封存".format(head["day"]), "seal of {}".format(head["day"])
        event, seal = events.get(head["seq"]), by_day.get(head["day"])
        if event is None:
            report.breaks(
                "{}里有第{}步，办理链里没有：链的末尾被截去".format(zh, head["seq"]),
                "{} holds event {}, the chain does not: its end was cut off".format(
                    en, head["seq"]
                ),
            )
        elif event["hash"] != head["hash"]:
            report.breaks(
                "第{}步不是{}里的那一步".format(head["seq"], zh),
                "event {} is not the one in the {}".format(head["seq"], en),
            )
        elif seal is None:
            report.breaks("没有{}".format(zh), "there is no {}".format(en))
        elif not all(is_hash(beside) for beside in head["path"]):
            report.breaks("{}：路径无法读取".format(zh), "{}: its path is unreadable".format(en))
        else:
            path = [bytes.fromhex(beside) for beside in head["path"]]
            root = root_from(bytes.fromhex(head["hash"]), head["place"], seal["cases"], path)
            if root is None or root.hex() != seal["root"]:
                report.breaks(
                    "第{}步不在{}之中：路径通不到树根".format(head["seq"], zh),
                    "event {} is not in the {}: its path does not lead to the root".format(
                        head["seq"], en
                    ),
                )
            else:
                report.holds(
                    "第1至{}步在{}时已经存在".format(head["seq"], zh),
                    "events 1 to {} existed when the {} was made".format(head["seq"], en),
                )


def check_dates(proof, seals, report):
    """Which events no seal covers, and which came into one later than they are dated."""
    heads = sorted(proof["sealed"], key=lambda head: head["seq"])
    last_day = max([seal["day"] for seal in seals], default="")
    waiting = []
    for event in proof["events"]:
        day = instant("", event["at"]).astimezone(CHINA).date().isoformat()
        cover = next((head for head in heads if head["seq"] >= event["seq"]), None)
        if cover is None and day <= last_day:
            report.breaks(
                "第{}步标注为{}，截至{}的封存里却没有".format(event["seq"], day, last_day),
                "event {} is dated {}, but is in no seal up to {}".format(
                    event["seq"], day, last_day
                ),
            )
        elif cover is None:
            waiting.append(event["seq"])
        elif day < cover["day"] and event["seq"] > heads[0]["seq"]:
            report.note(
                "第{}步标注为{}，到{}才入封存".format(event["seq"], day, cover["day"]),
                "event {} is dated {}, and first sealed on {}".format(
                    event["seq"], day, cover["day"]
                ),
            )
    if waiting:
        report.note(
            "第{}步起尚未封存（每天零点后封存前一天）".format(waiting[0]),
            "from event {} on nothing is sealed yet (a day is sealed after it ends)".format(
                waiting[0]
            ),
        )


def seal_hash(seal):
    body = {name: seal[name] for name in SEAL_FIELDS if name != "hash"}
    body["format"] = SEAL_FORMAT
    return sha256(canonical(body))


def check_seals(seals, report, zh, en, whole):
    """Every seal must follow the one of the day before; `whole`: from the very first."""
    before = report.broken
    previous = GENESIS if whole else None
    expected = None
    for seal in seals:
        name = (zh + "：" + seal["day"], "{}: {}".format(en, seal["day"]))
        if expected is not None and seal["day"] != expected:
            report.breaks(name[0] + "之前缺日", name[1] + ": days before it are missing")
        if previous is not None and seal["previous"] != previous:
            report.breaks(
                name[0] + "没有接在前一天之后", name[1] + " does not follow the day before"
            )
        if seal_hash(seal) != seal["hash"]:
            report.breaks(name[0] + "的内容被改动", name[1] + ": its content was changed")
        previous = seal["hash"]
        day = dt.date(*[int(part) for part in seal["day"].split("-")])
        expected = (day + dt.timedelta(days=1)).isoformat()
    if seals and report.broken == before:
        days = "{} - {}".format(seals[0]["day"], seals[-1]["day"])
        report.holds("{}完整：{}".format(zh, days), "{} are whole: {}".format(en, days))


def check_published(own, published, report):
    """The proof's seals must be those that were published."""
    before = report.broken
    by_day = {seal["day"]: seal for seal in published}
    common = 0
    for seal in own:
        other = by_day.get(seal["day"])
        if other is not None and other != seal:
            report.breaks(
                "{}的封存与公布的不同".format(seal["day"]),
                "the seal of {} is not the one that was published".format(seal["day"]),
            )
        common += other is not None
    if own and not common:
        report.breaks(
            "公布的封存里没有证明涉及的任何一天",
            "the published seals hold none of the proof's days",
        )
    elif own and report.broken == before:
        report.holds(
            "与公布的封存一致：{}天".format(common),
            "agrees with the published seals: {} days".format(common),
        )


def check_receipt(proof, receipt, report):
    first = proof["events"][0]["hash"] if proof["events"] else ""
    if first == receipt.strip().lower():
        report.holds("回执上的指纹与第1步一致", "the receipt's fingerprint is that of event 1")
    else:
        report.breaks("回执上的指纹与第1步不同", "the receipt's fingerprint is not that of event 1")


def check_words(proof, title, text, report):
    first = proof["events"][0]["shown"].get("content") if proof["events"] else None
    digests = set()
    for each in (text, text.strip()):
        lines = each.replace("\r\n", "\n")
        for ending in ("\n", "\r\n"):
            digests.add(sha256("{}\n{}".format(title, lines.replace("\n", ending)).encode("utf-8")))
    if first in digests:
        report.holds("标题和正文与提交时一致", "title and text are those that were submitted")
    else:
        report.breaks("标题和正文与提交时不同", "title and text are not those that were submitted")


def check(arguments, report):
    proof = read_proof(arguments.proof)
    published = read_seals(arguments.seals) if arguments.seals else None
    text = read_text(arguments.text) if arguments.text else None
    print("诉求 / case: {}\n".format(proof.get("case")))
    check_chain(proof, report)
    check_seals(proof["seals"], report, "证明中的封存", "the seals in the proof", False)
    check_sealed(proof, proof["seals"], report)
    check_dates(proof, proof["seals"] + (published or []), report)
    if published is None:
        report.note(
            "未与公布的封存比对：请用 --seals 给出",
            "not compared with the published seals: give them with --seals",
        )
    else:
        check_seals(published, report, "公布的封存", "the published seals", True)
        check_published(proof["seals"], published, report)
    if arguments.receipt:
        check_receipt(proof, arguments.receipt, report)
    if text is not None:
        check_words(proof, arguments.title, text, report)


def main():
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("proof", "--seals", "--receipt", "--text"):
        parser.add_argument(name)
    parser.add_argument("--title", default="")
    arguments = parser.parse_args()
    report = Report()
    try:
        check(arguments, report)
    except Unreadable as error:
        print("无法读取 / unreadable: {}".format(error), file=sys.stderr)
        return 2
    if report.broken:
        print("\n结论：有{}处不成立。 / {} broken.".format(report.broken, report.broken))
        return 1
    print("\n结论：全部成立。 / Everything holds.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
