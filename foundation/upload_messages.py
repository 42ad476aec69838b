"""Why a file was refused, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.uploads import MIME_TYPES, UploadRefused

MESSAGES: dict[str, Promise] = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than %(megabytes)s MB."),
    "kind": _("Files of this kind are not accepted. Accepted are: %(allowed)s."),
    "mismatch": _("The content of %(name)s is not what its name says. Please check the file."),
    "damaged": _("%(name)s is damaged and cannot be opened."),
    "encrypted": _("%(name)s is protected by a password. Please send it without one."),
    "bomb": _("%(name)s unpacks to more than can be accepted."),
    "macros": _("%(name)s contains macros. Please save it without macros and send it again."),
    "active_content": _("%(name)s contains parts that could run as a program."),
    "image_too_large": _("The picture %(name)s has too many pixels. Please make it smaller."),
}


def refusal_message(refused: UploadRefused) -> str:
    """The sentence for a citizen or clerk."""
    params = {"name": "", "allowed": ", ".join(MIME_TYPES), "megabytes": "", **refused.params}
    return str(MESSAGES[refused.code]) % params
