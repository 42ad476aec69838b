"""Promises about the repository itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import translations

ROOT = Path(__file__).resolve().parent.parent

REGISTRIES = re.compile(
    rb"pypi\.org|pythonhosted\.org|npmjs\.org|yarnpkg\.com|deb\.debian\.org|/simple/?\b(?=.*index)"
    rb"|--(?:extra-)?index-url|--find-links|--trusted-host"
)
MACHINE_PATHS = re.compile(rb"/(?:root|home/\w+|work|opt/(?:pypi|wheels))/|/\.pyenv/|/bash_jobs")
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)


def tracked() -> list[Path]:
    """Every file of the repository, those not yet committed included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git work tree")
    files = [ROOT / name.decode() for name in names.split(b"\0") if name]
    return [file for file in files if file.is_file()]


@pytest.mark.parametrize("pattern", [REGISTRIES, MACHINE_PATHS], ids=["registries", "paths"])
def test_no_file_names_a_package_registry_or_a_path_of_one_machine(pattern):
    here = Path(__file__)
    found = {
        file.relative_to(ROOT).as_posix(): match[0]
        for file in tracked()
        if file != here and (match := pattern.search(file.read_bytes()))
    }
    assert found == {}


def test_every_locked_package_has_hashes_and_both_locks_agree():
    product, development = (
        dict(PINNED.findall((ROOT / name).read_text()))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert product.items() <= development.items()
    for name in ("requirements.lock", "requirements-dev.lock"):
        for entry in re.split(r"\n(?=\S)", (ROOT / name).read_text().strip()):
            assert "--hash=sha256:" in entry, entry


def test_every_direct_requirement_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {name.lower() for name, _ in PINNED.findall((ROOT / "requirements.lock").read_text())}
    names = {re.split(r"[\[<>=]", line)[0].lower() for line in project["dependencies"]}
    assert names <= locked


def test_the_chinese_catalogue_is_complete_and_compiled():
    assert translations.problems() == []
