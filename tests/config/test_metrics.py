"""Figures for Prometheus: who gets them, and whether they can be read."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from foundation.exposition import CONTENT_TYPE, Metric, Sample, exposition
from notices.models import Outbox
from sla.background import tick
from tests.factories import MONDAY, Cast, make_inquiry

TOKEN = "a-token-for-the-metrics"
LINE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\\\n]*"(,[a-z_]+="[^"\\\n]*")*\})? -?[0-9.e+]+')


def read(client: Client, token: str = TOKEN, scheme: str = "Bearer") -> Any:
    return client.get("/metrics", headers={"Authorization": f"{scheme} {token}"})


def values(text: str) -> dict[str, float]:
    rows = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in rows}


@pytest.mark.django_db
def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    assert read(client, "").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("scheme", "token"), [("Bearer", "other"), ("Basic", TOKEN), ("Bearer", ""), ("", TOKEN)]
)
def test_without_the_same_token_nothing_is_told(
    client: Client, settings: Any, scheme: str, token: str
) -> None:
    settings.METRICS_TOKEN = TOKEN
    response = read(client, token, scheme)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert b"huiying" not in response.content


def test_they_tell_how_far_behind_the_sweep_is(cast: Cast, client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    first = make_inquiry(MONDAY)
    due = first.case.clocks.earliest("next_event_at").next_event_at
    assert due is not None
    with time_machine.travel(due + timedelta(seconds=90), tick=False):
        response = read(client)
        assert response.status_code == 200
        assert response["Content-Type"] == CONTENT_TYPE
        text = response.content.decode()
        assert values(text)["huiying_sweep_lag_seconds"] == 90
        assert values(text)['huiying_outbox_letters{state="waiting"}'] == 1
        assert values(text)['huiying_cases{stock="open"}'] == 1
        for line in text.splitlines():
            assert line.startswith(("# HELP ", "# TYPE ")) or LINE.fullmatch(line), line
        tick(due + timedelta(seconds=90))
        after = values(read(client).content.decode())
    assert after["huiying_sweep_lag_seconds"] == 0
    assert after['huiying_outbox_letters{state="waiting"}'] == 0
    assert after["huiying_deltas_unfolded"] == 0
    ran = after['huiying_job_last_run_timestamp_seconds{job="sweep"}']
    assert ran == (due + timedelta(seconds=90)).timestamp()
    assert Outbox.objects.get().state == "sent"


def test_text_is_escaped_and_names_are_checked() -> None:
    made = Metric("a_b", 'a "help"\\ of\ntwo lines', (Sample(1, {"x": 'a"b\\c\nd'}), Sample(2.5)))
    assert exposition([made]) == (
        '# HELP a_b a "help"\\\\ of\\ntwo lines\n'
        "# TYPE a_b gauge\n"
        'a_b{x="a\\"b\\\\c\\nd"} 1\n'
        "a_b 2.5\n"
    )
    for name, label in (("a-b", "x"), ("1a", "x"), ("a", "x-y"), ("", "x")):
        with pytest.raises(ValueError, match="name"):
            Metric(name, "", (Sample(1, {label: ""}),))
