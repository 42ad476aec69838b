from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE, FSMField, transition

from inquiries.models.state_field import ProtectedStateMixin
from inquiries.policy import Facts
from inquiries.states import MOVES, Ground, State

if TYPE_CHECKING:
    from inquiries.models.reply import Reply


def _sources(move: str) -> list[str]:
    return [state.value for state in MOVES[move].sources]


class Inquiry(ProtectedStateMixin):
    """What a citizen brought: the words, the person, and where it stands.

    State changes only through `inquiries.workflow`; the transition methods below are the graph.
    """

    case = models.OneToOneField("sla.Case", on_delete=models.PROTECT, related_name="inquiry")
    state = FSMField(_("state"), max_length=20, default=State.SUBMITTED, protected=True)
    version = models.PositiveIntegerField(
        default=1, help_text=_("Rises with every move; a form made for an older one is stale")
    )

    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    topic = models.ForeignKey(
        "inquiries.Topic", on_delete=models.PROTECT, null=True, related_name="+"
    )
    district = models.ForeignKey(
        "inquiries.District", on_delete=models.PROTECT, null=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    wants_public = models.BooleanField(_("agrees to a public answer"), default=False)
    consented_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, default="zh-hans")
    code_digest = models.CharField(max_length=64)
    submission_key = models.CharField(max_length=64, unique=True)
    source_ref = models.CharField(max_length=60, null=True, unique=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)
    supplement_asked = models.BooleanField(default=False)
    resume_state = models.CharField(max_length=20, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="merged"
    )
    ground = models.CharField(max_length=20, blank=True)
    referred_to = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="inquiries_state_known"
            ),
            models.CheckConstraint(
                condition=Q(ground="") | Q(ground__in=[g.value for g in Ground]),
                name="inquiries_ground_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["handler", "id"],
                condition=Q(state__in=["assigned", "in_progress", "awaiting_citizen", "in_review"]),
                name="inquiries_mine",
            ),
            # The case page asks for earlier matters of the same person.
            models.Index(fields=["phone"], name="inquiries_phone"),
            models.Index(fields=["email"], name="inquiries_email"),
        ]

    def __str__(self) -> str:
        return self.case.number

    @property
    def number(self) -> str:
        return self.case.number

    @property
    def answered(self) -> bool:
        return self.case.replied_at is not None and self.state in (State.REPLIED, State.CLOSED)

    _reply: Reply | None = None

    def present_reply(self) -> Reply | None:
        """The reply of the case's present round, drafted or sent; None before there is a draft."""
        if self._reply is None or self._reply.round != self.case.round:
            self._reply = self.replies.filter(round=self.case.round).first()
        return self._reply

    def published_reply(self) -> Reply | None:
        """The reply everybody can read, if there is one."""
        return self.replies.filter(published_at__isnull=False).order_by("round").last()

    def begin_reply(self) -> Reply:
        """An empty reply for the present round, not yet in the database."""
        self._reply = self.replies.model(inquiry=self, round=self.case.round)
        return self._reply

    # The graph. Every method is called by the workflow alone, on a locked row.

    @transition(state, source=_sources("accept"), target=State.ACCEPTED)
    def accept(self) -> None:
        """Taken up."""

    @transition(state, source=_sources("reject"), target=State.REJECTED)
    def reject(self) -> None:
        """Not taken up, on a stated ground."""

    @transition(state, source=_sources("refer"), target=State.REFERRED)
    def refer(self) -> None:
        """Another organ's matter."""

    @transition(state, source=_sources("merge"), target=State.MERGED)
    def merge(self) -> None:
        """Answered together with an earlier case."""

    @transition(state, source=_sources("release"), target=State.ACCEPTED)
    def release(self) -> None:
        """The case that was to answer it has ended without an answer."""

    @transition(state, source=_sources("assign"), target=State.ASSIGNED)
    def assign(self) -> None:
        """Given to a department."""

    @transition(state, source=_sources("sign_for"), target=State.IN_PROGRESS)
    def sign_for(self) -> None:
        """The department has it."""

    @transition(state, source=_sources("return"), target=State.ACCEPTED)
    def return_to_intake(self) -> None:
        """Not this department's; to be dispatched again."""

    @transition(state, source=_sources("reassign"), target=State.ASSIGNED)
    def reassign(self) -> None:
        """Given to another department."""

    @transition(state, source=_sources("ask_supplement"), target=State.AWAITING_CITIZEN)
    def ask_supplement(self) -> None:
        """The citizen is asked for what is missing; remembers where to come back to."""
        self.resume_state = self.state

    @transition(
        state,
        source=_sources("supply"),
        target=RETURN_VALUE(State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS),
    )
    def supply(self) -> State:
        """Back to the state it left."""
        return State(self.resume_state)

    @transition(state, source=_sources("lapse"), target=State.CLOSED)
    def lapse(self) -> None:
        """Nothing was supplied in time."""

    @transition(state, source=_sources("submit_for_review"), target=State.IN_REVIEW)
    def submit_for_review(self) -> None:
        """The draft goes to a second person."""

    @transition(state, source=_sources("send_back"), target=State.IN_PROGRESS)
    def send_back(self) -> None:
        """The draft is to be changed."""

    @transition(state, source=_sources("reply"), target=State.REPLIED)
    def reply(self) -> None:
        """Approved and sent to the citizen."""

    @transition(state, source=_sources("reopen"), target=State.IN_PROGRESS)
    def reopen(self) -> None:
        """Handled a second time."""

    @transition(state, source=_sources("close"), target=State.CLOSED)
    def close(self) -> None:
        """Nothing more to come."""

    @transition(state, source=_sources("withdraw"), target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """Taken back by the citizen."""

    def basic_facts(self) -> Facts:
        """What can be known without a further query; `inquiries.facts` adds the rest."""
        return Facts(
            state=State(self.state),
            department_id=self.case.department_id,
            handler_id=self.handler_id,
            supplement_asked=self.supplement_asked,
            reopened=self.case.reopened_at is not None,
            answered=self.answered,
            consented=self.wants_public,
            published=self.case.published_at is not None,
        )


class Support(models.Model):
    """A supporting department (协办) asked to contribute to the lead's answer."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="supports")
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    contribution = models.TextField(blank=True)
    contributed_at = models.DateTimeField(null=True)
    contributed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry", "department"], name="inquiries_support_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.department_id}"
