"""The product's settings, made quick and closed for tests."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_ROOT = Path(tempfile.mkdtemp(prefix="huiying-tests-"))
atexit.register(shutil.rmtree, _ROOT, ignore_errors=True)

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 32)
os.environ["VAR_DIR"] = str(_ROOT / "var")
for _name in ("BROKER_URL", "CACHE_URL", "EMAIL_URL", "SMS_GATEWAY_URL", "DEBUG", "HTTPS"):
    os.environ.pop(_name, None)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, LOGGING, ON_SERVER  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MEDIA_ROOT = _ROOT / "media"
# Looking for a static file when it is asked for, not for all of them at every new test client.
WHITENOISE_AUTOREFRESH = True
LOGGING["root"]["level"] = "WARNING"

if not ON_SERVER:
    # A file, as in real life: threads, processes and locks then behave as they do there.
    DATABASES["default"]["TEST"] = {"NAME": str(_ROOT / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
