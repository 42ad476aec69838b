"""What a move will do, in a sentence, before it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from foundation.templatetags.huiying import local_date
from sla.explaining.explanation import length
from sla.policies import NoPolicy, PolicyBook, book_of
from sla.targets import Target


@dataclass(frozen=True)
class Outlook:
    """What the sentences speak of: the reply's due date, what is late, and the rules in force.

    `left`: how much time the citizen's promise has left, in words.
    """

    stream: str
    kind: str
    at: datetime
    due_at: datetime | None
    category: str = ""
    left: str = ""
    late: bool = False
    owner: str = ""
    days_asked: int = 0
    room: int = 0

    @cached_property
    def _book(self) -> PolicyBook:
        return book_of(self.stream)

    @property
    def due(self) -> str:
        """When the citizen's deadline is, and how much of it remains."""
        if self.due_at is None:
            return _("not fixed while the clock stands still")
        if not self.left:
            return local_date(self.due_at)
        return _("%(due)s (%(left)s)") % {"due": local_date(self.due_at), "left": self.left}

    def time(self, target: Target) -> str:
        """How long the house allows for something, in words; a dash where nothing is ruled."""
        try:
            rule = self._book.find(target, self.kind, self.at, category=self.category)
        except NoPolicy:
            return "—"
        return length(rule.amount, rule.unit)


def consequence(move: str, outlook: Outlook) -> str:
    """The sentence for a move; "" if there is nothing to warn of."""
    text = _TEXTS.get(move)
    return text(outlook) if text else ""


def _accept(o: Outlook) -> str:
    return _(
        "The citizen is told that the matter is taken up and when the reply is due: %(due)s."
        " Changing the kind never lengthens that promise."
    ) % {"due": o.due}


def _reject(o: Outlook) -> str:
    return _(
        "The citizen is told why and where to go instead. All clocks end, and the case is listed as"
        " not accepted, outside the rates. This cannot be undone."
    )


def _refer(o: Outlook) -> str:
    return _(
        "The citizen is told which body has the matter. All clocks end, and the case is listed as"
        " referred, outside the rates. This cannot be undone."
    )


def _merge(o: Outlook) -> str:
    return _(
        "The other case answers this one too, and both citizens get its reply. The clocks of this"
        " case end. This cannot be undone."
    )


def _assign(o: Outlook) -> str:
    return _(
        "The department has %(sign)s to sign for it and %(answer)s for its answer."
        " The promise to the citizen stays: due %(due)s."
    ) % {
        "sign": o.time(Target.SIGN_FOR),
        "answer": o.time(Target.DEPARTMENT),
        "due": o.due,
    }


def _sign_for(o: Outlook) -> str:
    return _("You become the handler. The reply to the citizen is due %(due)s.") % {"due": o.due}


def _return(o: Outlook) -> str:
    return _(
        "The case goes back to be dispatched anew. The citizen's clock runs on: due %(due)s."
    ) % {"due": o.due}


def _reassign(o: Outlook) -> str:
    return _(
        "The new department's clocks start anew; the citizen's clock runs on: due %(due)s. Both"
        " departments are told."
    ) % {"due": o.due}


def _ask_supplement(o: Outlook) -> str:
    return _(
        "The citizen's clock stops until they answer, at most %(time)s; after that the"
        " case lapses. It can be asked only once, so please ask for everything."
    ) % {"time": o.time(Target.SUPPLEMENT)}


def _contribute(o: Outlook) -> str:
    return _("The lead department uses your words for its reply; the citizen does not see them.")


def _request_extension(o: Outlook) -> str:
    return _(
        "Nothing moves until a supervisor grants it. The rules leave at most %(room)s more working"
        " days. Your reason is told to the citizen if it is granted."
    ) % {"room": o.room}


def _grant_extension(o: Outlook) -> str:
    return _(
        "The reply, due %(due)s, falls due %(days)s working day(s) later. The citizen is told the"
        " new date and the department's reason."
    ) % {"due": o.due, "days": o.days_asked}


def _deny_extension(o: Outlook) -> str:
    return _("The reply stays due %(due)s. The handler is told.") % {"due": o.due}


def _submit_for_review(o: Outlook) -> str:
    return _(
        "The reviewers of your department are told and have %(review)s. The draft can then be"
        " changed only if it is sent back. The citizen's clock runs on: due %(due)s."
    ) % {"review": o.time(Target.REVIEW), "due": o.due}


def _send_back(o: Outlook) -> str:
    return _("The handler is told why and changes the draft. The clock runs on: due %(due)s.") % {
        "due": o.due
    }


def _reply(o: Outlook) -> str:
    told = {"due": o.due, "time": o.time(Target.SURVEY)}
    if o.late:
        return (
            _(
                "The reply goes to the citizen at once, who can rate it for %(time)s. The"
                " promise was due %(due)s and counts as missed."
            )
            % told
        )
    return (
        _(
            "The reply goes to the citizen at once, who can rate it for %(time)s. The promise"
            " is judged now: due %(due)s, kept."
        )
        % told
    )


def _publish(o: Outlook) -> str:
    return _("The next page shows, word for word, what everybody will be able to read.")


def _unpublish(o: Outlook) -> str:
    return _("The answer disappears from the public pages at once. The citizen still has it.")


def _reopen(o: Outlook) -> str:
    return _(
        "A second round begins with new clocks, in the same department. The first verdict stands."
        " The citizen is told. It can be done only once."
    )


def _decline_reopen(o: Outlook) -> str:
    return _("The answer stands. The citizen is told your explanation.")


def _follow_up(o: Outlook) -> str:
    return _("The task is done and its clock ends. The department does not see your words.")


def _show_comment(o: Outlook) -> str:
    return _(
        "Everybody can read these words beside the published answer, the department too. The level"
        " of the rating is not shown."
    )


def _hide_comment(o: Outlook) -> str:
    return _("The comment disappears from the public page at once. The answer stays.")


def _urge(o: Outlook) -> str:
    return _("Your words go to the desk of %(owner)s. The citizen does not see them.") % {
        "owner": o.owner
    }


def _note(o: Outlook) -> str:
    return _("Only staff see it. No clock stops.")


_TEXTS = {
    "accept": _accept,
    "reject": _reject,
    "refer": _refer,
    "merge": _merge,
    "assign": _assign,
    "sign_for": _sign_for,
    "return": _return,
    "reassign": _reassign,
    "ask_supplement": _ask_supplement,
    "contribute": _contribute,
    "request_extension": _request_extension,
    "grant_extension": _grant_extension,
    "deny_extension": _deny_extension,
    "submit_for_review": _submit_for_review,
    "send_back": _send_back,
    "reply": _reply,
    "publish": _publish,
    "unpublish": _unpublish,
    "follow_up": _follow_up,
    "show_comment": _show_comment,
    "hide_comment": _hide_comment,
    "reopen": _reopen,
    "decline_reopen": _decline_reopen,
    "urge": _urge,
    "note": _note,
}
