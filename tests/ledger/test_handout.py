"""The program citizens are handed: run as a process of its own, on honest and on bent files."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inquiries.workflow import perform
from ledger.chain import canonical, digest_text
from ledger.checking import seal_lines
from ledger.proof import fingerprint, proof_of
from ledger.sealing import GRACE, midnight, seal
from sla.figures.measures import civil_day
from tests.factories import MONDAY, Cast, advance, make_inquiry

PROGRAM = Path(__file__).parents[2] / "ledger" / "handout" / "check_proof.py"
DAY = timedelta(days=1)
TITLE = "高新技术企业认定咨询"
TEXT = "请问今年高新技术企业认定什么时候开始申报，需要准备哪些材料？"

Proof = dict[str, Any]


class Desk:
    """Files as a citizen has them, and the program run on them."""

    def __init__(self, folder: Path, proof: Proof, seals: Proof, receipt: str) -> None:
        self.folder, self.proof, self.seals, self.receipt = folder, proof, seals, receipt

    def run(self, *more: str, published: bool = True) -> tuple[int, str]:
        proof, seals = self.folder / "proof.json", self.folder / "seals.json"
        proof.write_text(json.dumps(self.proof, ensure_ascii=False), encoding="utf-8")
        seals.write_text(json.dumps(self.seals, ensure_ascii=False), encoding="utf-8")
        with_seals = ["--seals", str(seals)] if published else []
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM), str(proof), *with_seals, *more],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            cwd=self.folder,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def desk(cast: Cast, tmp_path: Path) -> Desk:
    """A case sealed on three days, answered after the last, among other cases."""
    inquiry = make_inquiry()
    others = [make_inquiry() for _ in range(4)]
    inputs: dict[str, Any] = {"assign": {"department": cast.tech}, "draft": {"text": "您好。"}}
    for days, until in ((0, "accept"), (1, "draft"), (2, "reply")):
        at = MONDAY + days * DAY
        for other in others[: 2 + days]:
            perform("note", other.number, by=cast.by("intake"), at=at, text="电话联系")
        moves = {"accept": ("accept",), "draft": ("assign", "sign_for", "draft"), "reply": ()}
        for move in moves[until]:
            who = "intake" if move in ("accept", "assign") else "handler"
            perform(move, inquiry.number, by=cast.by(who), at=at, **inputs.get(move, {}))
        seal(midnight(civil_day(at) + DAY) + GRACE)
    perform("submit_for_review", inquiry.number, by=cast.by("handler"), at=MONDAY + 3 * DAY)
    perform("reply", inquiry.number, by=cast.by("reviewer"), at=MONDAY + 3 * DAY)
    proof = proof_of(inquiry.number, MONDAY + 3 * DAY)
    assert proof is not None
    seals = {"seals": [line.as_data() for line in seal_lines()]}
    return Desk(tmp_path, proof, seals, fingerprint(inquiry.number))


pytestmark = pytest.mark.django_db


def test_it_runs_on_old_pythons_and_needs_nothing() -> None:
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        name.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert imported <= set(sys.stdlib_module_names)


def test_an_honest_proof_holds_in_both_languages(desk: Desk) -> None:
    (desk.folder / "text.txt").write_text(TEXT + "\n", encoding="utf-8")
    words = ("--title", TITLE, "--text", str(desk.folder / "text.txt"))
    status, said = desk.run("--receipt", desk.receipt, *words)
    assert status == 0, said
    for line in (
        "办理链完整：7步",
        "the chain is whole: 7 events",
        "events 1 to 2 existed when the seal of 2026-03-02 was made",
        "events 1 to 5 existed when the seal of 2026-03-03 was made",
        "第6步起尚未封存",
        "agrees with the published seals: 3 days",
        "回执上的指纹与第1步一致",
        "标题和正文与提交时一致",
        "全部成立",
        "Everything holds",
    ):
        assert line in said
    assert "BROKEN" not in said


def test_without_published_seals_it_says_that_nothing_was_compared(desk: Desk) -> None:
    status, said = desk.run(published=False)
    assert status == 0
    assert "not compared with the published seals" in said


def test_a_proof_tells_the_citizen_no_more_than_the_page(desk: Desk, cast: Cast) -> None:
    text = json.dumps(desk.proof, ensure_ascii=False)
    for hidden in ("intake", "handler", "salt", "changes", TITLE, TEXT, "张三", "13800138000"):
        assert hidden not in text
    shown = [event["shown"].get("move") for event in desk.proof["events"]]
    assert shown == ["submit", "accept", "assign", "sign_for", None, "submit_for_review", "reply"]


def rehash(proof: Proof) -> None:
    """Make the chain fit itself again, as a forger would."""
    previous = "0" * 64
    for event in proof["events"]:
        event["previous"] = previous
        body = {name: value for name, value in event.items() if name != "hash"}
        event["hash"] = previous = digest_text(canonical(body))


def on_event(seq: int, name: str, value: Any) -> Callable[[Desk], None]:
    def bend(desk: Desk) -> None:
        desk.proof["events"][seq - 1][name] = value

    return bend


def rehashed(bend: Callable[[Desk], None]) -> Callable[[Desk], None]:
    def both(desk: Desk) -> None:
        bend(desk)
        rehash(desk.proof)

    return both


def on_seal(name: str, value: Any) -> Callable[[Desk], None]:
    def bend(desk: Desk) -> None:
        desk.proof["seals"][1][name] = value

    return bend


def cut_the_tail(desk: Desk) -> None:
    del desk.proof["events"][4:]


def drop_an_event(desk: Desk) -> None:
    del desk.proof["events"][2]


def swap_two(desk: Desk) -> None:
    events = desk.proof["events"]
    events[1], events[2] = events[2], events[1]


def drop_the_second_seal(desk: Desk) -> None:
    del desk.proof["seals"][1]


def forget_a_sealed_head(desk: Desk) -> None:
    desk.proof["sealed"] = desk.proof["sealed"][:1]


def bend_the_path(desk: Desk) -> None:
    desk.proof["sealed"][0]["path"][0] = "0" * 64


def shorten_the_path(desk: Desk) -> None:
    desk.proof["sealed"][0]["path"].pop()


def lengthen_the_path(desk: Desk) -> None:
    desk.proof["sealed"][0]["path"].append("0" * 64)


def garble_the_path(desk: Desk) -> None:
    desk.proof["sealed"][0]["path"][0] = "zz"


def another_place(desk: Desk) -> None:
    place = desk.proof["sealed"][0]["place"]
    desk.proof["sealed"][0]["place"] = 0 if place else 1


def outside_the_tree(desk: Desk) -> None:
    desk.proof["sealed"][0]["place"] = 99


def published_is_another(desk: Desk) -> None:
    desk.seals["seals"][0]["root"] = "f" * 64


def published_begins_later(desk: Desk) -> None:
    del desk.seals["seals"][0]


def published_are_of_other_days(desk: Desk) -> None:
    desk.seals["seals"] = []


def nothing_left(desk: Desk) -> None:
    desk.proof["events"] = []


def unsealed_though_published(desk: Desk) -> None:
    desk.proof["sealed"], desk.proof["seals"] = [], []


BENT: dict[str, tuple[Callable[[Desk], None], str]] = {
    "an event's instant": (on_event(2, "at", "2026-03-02T03:00:00Z"), "event 2: its content"),
    "an event's digest": (on_event(3, "kept", "0" * 64), "event 3: its content was changed"),
    "what is shown": (on_event(1, "shown", {"move": "submit"}), "event 1: its content"),
    "a hash": (on_event(3, "hash", "0" * 64), "event 4 does not follow"),
    "another case": (on_event(1, "case", "20260302-999999-9"), "event 1 belongs to another case"),
    "a number": (on_event(3, "seq", 9), "event 3 is missing"),
    "dated back": (rehashed(on_event(5, "at", "2026-03-01T00:00:00Z")), "dated before the event"),
    "rewritten": (
        rehashed(on_event(2, "shown", {"move": "reject"})),
        "event 2 is not the one in the seal of 2026-03-02",
    ),
    "the tail cut off": (cut_the_tail, "its end was cut off"),
    "the tail cut off, rehashed": (rehashed(cut_the_tail), "its end was cut off"),
    "an event left out": (drop_an_event, "event 3 is missing"),
    "two events swapped": (swap_two, "event 2 is missing"),
    "no event": (nothing_left, "the proof holds no event"),
    "a seal's root": (on_seal("root", "0" * 64), "2026-03-03: its content was changed"),
    "a seal's count": (on_seal("events", 99), "2026-03-03: its content was changed"),
    "a seal's size": (on_seal("cases", 1), "its path does not lead to the root"),
    "a seal's hash": (on_seal("hash", "0" * 64), "2026-03-04 does not follow the day before"),
    "a seal left out": (drop_the_second_seal, "there is no seal of 2026-03-03"),
    "a sealed head left out": (forget_a_sealed_head, "is dated 2026-03-03, but is in no seal up"),
    "a bent path": (bend_the_path, "its path does not lead to the root"),
    "a path too short": (shorten_the_path, "its path does not lead to the root"),
    "a path too long": (lengthen_the_path, "its path does not lead to the root"),
    "a garbled path": (garble_the_path, "its path is unreadable"),
    "another place": (another_place, "its path does not lead to the root"),
    "outside the tree": (outside_the_tree, "its path does not lead to the root"),
    "published otherwise": (published_is_another, "is not the one that was published"),
    "published from later on": (published_begins_later, "does not follow the day before"),
    "published elsewhere": (published_are_of_other_days, "hold none of the proof's days"),
    "never sealed": (unsealed_though_published, "is dated 2026-03-02, but is in no seal up to"),
}


@pytest.mark.parametrize("name", BENT)
def test_what_was_bent_is_named(desk: Desk, name: str) -> None:
    bend, named = BENT[name]
    bend(desk)
    status, said = desk.run()
    assert status == 1, said
    assert named in said
    assert "不成立" in said
    assert "Traceback" not in said


def test_another_receipt_and_other_words_are_named(desk: Desk) -> None:
    status, said = desk.run("--receipt", "0" * 64)
    assert status == 1
    assert "the receipt's fingerprint is not that of event 1" in said
    (desk.folder / "text.txt").write_text(TEXT + "！", encoding="utf-8")
    status, said = desk.run("--title", TITLE, "--text", str(desk.folder / "text.txt"))
    assert status == 1
    assert "title and text are not those that were submitted" in said


def without(*path: Any) -> Callable[[Proof], None]:
    def remove(proof: Proof) -> None:
        *way, last = path
        for step in way:
            proof = proof[step]
        del proof[last]

    return remove


def instead(value: Any, *path: Any) -> Callable[[Proof], None]:
    def put(proof: Proof) -> None:
        *way, last = path
        for step in way:
            proof = proof[step]
        proof[last] = value

    return put


UNREADABLE: dict[str, Callable[[Proof], None]] = {
    "no format": without("format"),
    "another format": instead("huiying-proof-9", "format"),
    "no events": without("events"),
    "events no list": instead({}, "events"),
    "an event without a hash": without("events", 0, "hash"),
    "an event that is none": instead(7, "events", 0),
    "no instant": instead("yesterday", "events", 0, "at"),
    "an instant that is none": instead(7, "events", 0, "at"),
    "a number that is none": instead("1", "events", 0, "seq"),
    "nothing shown": instead(None, "events", 0, "shown"),
    "a head without a path": without("sealed", 0, "path"),
    "a head without a number": instead("x", "sealed", 0, "seq"),
    "a head without a hash": instead("x", "sealed", 0, "hash"),
    "a seal without a root": without("seals", 0, "root"),
    "a seal of no day": instead("someday", "seals", 0, "day"),
    "a seal of no count": instead("many", "seals", 0, "cases"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_proof_is_told_so(desk: Desk, name: str) -> None:
    desk.proof = copy.deepcopy(desk.proof)
    UNREADABLE[name](desk.proof)
    status, said = desk.run()
    assert status == 2, said
    assert "unreadable" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"7", b"[" * 100_000])
def test_what_is_no_json_is_told_so(desk: Desk, content: bytes) -> None:
    (desk.folder / "odd.json").write_bytes(content)
    for arguments in (["odd.json"], ["proof.json", "--seals", "odd.json"]):
        (desk.folder / "proof.json").write_text(json.dumps(desk.proof), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM), *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            cwd=desk.folder,
        )
        assert done.returncode == 2, done.stdout
        assert "Traceback" not in done.stderr


def test_an_answered_case_is_proved_to_its_end(cast: Cast, tmp_path: Path) -> None:
    inquiry = advance(make_inquiry(), cast, "publish")
    seal(midnight(civil_day(MONDAY) + DAY) + GRACE)
    proof = proof_of(inquiry.number, MONDAY + 2 * DAY)
    assert proof is not None
    seals = {"seals": [line.as_data() for line in seal_lines()]}
    status, said = Desk(tmp_path, proof, seals, "").run()
    assert status == 0
    assert "events 1 to 8 existed" in said
    assert proof["events"][6]["shown"]["reply"] == digest_text(
        "您好，申报通知预计4月发布，请关注我局网站。"
    )
