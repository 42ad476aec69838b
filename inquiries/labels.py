"""Names and sentences for codes: states, kinds, moves, refusals, faults."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inquiries.policy import Refusal
from inquiries.states import Channel, Exclusion, Ground, Kind, Outcome, State

STATES: dict[str, Promise] = {
    State.SUBMITTED: _("To accept"),
    State.ACCEPTED: _("To dispatch"),
    State.ASSIGNED: _("To sign for"),
    State.IN_PROGRESS: _("In progress"),
    State.AWAITING_CITIZEN: _("Waiting for the citizen"),
    State.IN_REVIEW: _("In review"),
    State.REPLIED: _("Replied"),
    State.CLOSED: _("Closed"),
    State.REJECTED: _("Not accepted"),
    State.REFERRED: _("Referred elsewhere"),
    State.MERGED: _("Merged"),
    State.WITHDRAWN: _("Withdrawn"),
}

SENTENCES: dict[str, Promise] = {
    State.SUBMITTED: _("We have received your matter and will soon decide how to take it up."),
    State.ACCEPTED: _("Your matter is taken up. We are choosing the department that will answer."),
    State.ASSIGNED: _("Your matter has been given to the department that will answer."),
    State.IN_PROGRESS: _("The department is working on your answer."),
    State.AWAITING_CITIZEN: _("We need something more from you. Please read what is asked below."),
    State.IN_REVIEW: _("Your answer is written and is being checked by a second person."),
    State.REPLIED: _("Your matter has been answered. Please read the reply below."),
    State.CLOSED: _("This matter is closed."),
    State.REJECTED: _("We could not take up this matter. The reason and where to go are below."),
    State.REFERRED: _("This matter belongs to another body. Where it went is said below."),
    State.MERGED: _("This matter is answered together with an earlier one about the same thing."),
    State.WITHDRAWN: _("You have withdrawn this matter."),
}

KINDS: dict[str, Promise] = {
    Kind.CONSULTATION: _("Consultation"),
    Kind.SUGGESTION: _("Suggestion"),
    Kind.OPINION: _("Opinion"),
    Kind.COMPLAINT: _("Complaint"),
}

CHANNELS: dict[str, Promise] = {
    Channel.PORTAL: _("Portal"),
    Channel.PHONE: _("Phone"),
    Channel.VISIT: _("Visit"),
    Channel.LETTER: _("Letter"),
    Channel.API: _("Other system"),
    Channel.IMPORT: _("Imported"),
}

EXCLUSIONS: dict[str, Promise] = {
    Exclusion.REJECTED: _("Not accepted"),
    Exclusion.REFERRED: _("Referred elsewhere"),
    Exclusion.MERGED: _("Merged"),
    Exclusion.WITHDRAWN: _("Withdrawn"),
    Exclusion.LAPSED: _("Nothing supplied in time"),
    Exclusion.SPAM: _("Spam"),
}

GROUNDS: dict[str, Promise] = {
    Ground.LITIGATION: _("In litigation, arbitration or administrative reconsideration"),
    Ground.PETITION: _("A petition (letters and visits), already being handled there"),
    Ground.CRIME: _("A report of crime or of misconduct"),
    Ground.DISCLOSURE: _("A request for government information"),
    Ground.NOT_OURS: _("Outside the duties of this bureau"),
    Ground.REPEATED: _("The same matter has been answered, without new facts"),
    Ground.UNCLEAR: _("No understandable matter"),
    Ground.SPAM: _("Advertising or nonsense"),
}

WHERE_TO_GO: dict[str, Promise] = {
    Ground.LITIGATION: _("Please follow the procedure of the court or body that has the matter."),
    Ground.PETITION: _("Please ask the petition office that has registered the matter."),
    Ground.CRIME: _("Call 110 in an emergency; report misconduct of officials to 12388."),
    Ground.DISCLOSURE: _("Please use the page for requests for government information."),
    Ground.NOT_OURS: _("The citizens' hotline 12345 can tell you who is competent."),
    Ground.REPEATED: _("Please read the earlier answer; new facts are welcome."),
    Ground.UNCLEAR: _("Please write again and say what happened, where and when."),
}

MOVES: dict[str, Promise] = {
    "submit": _("Submit"),
    "accept": _("Accept"),
    "reject": _("Do not accept"),
    "refer": _("Refer elsewhere"),
    "merge": _("Merge into another case"),
    "release": _("Take up by itself again"),
    "assign": _("Assign"),
    "sign_for": _("Sign for"),
    "return": _("Return"),
    "reassign": _("Reassign"),
    "ask_supplement": _("Ask to supplement"),
    "supply": _("Supply"),
    "lapse": _("Lapse"),
    "draft": _("Save draft"),
    "contribute": _("Contribute"),
    "request_extension": _("Request an extension"),
    "grant_extension": _("Grant the extension"),
    "deny_extension": _("Deny the extension"),
    "submit_for_review": _("Submit for review"),
    "send_back": _("Send back for changes"),
    "reply": _("Approve and reply"),
    "publish": _("Publish"),
    "unpublish": _("Take off the public pages"),
    "rate": _("Rate"),
    "follow_up": _("Follow up the low rating"),
    "show_comment": _("Show the citizen's comment"),
    "hide_comment": _("Take the comment off the public page"),
    "request_reopen": _("Ask for a second handling"),
    "reopen": _("Reopen"),
    "decline_reopen": _("Decline to reopen"),
    "close": _("Close"),
    "withdraw": _("Withdraw"),
    "urge": _("Urge"),
    "note": _("Note"),
}

STEPS: dict[str, Promise] = {
    "submit": _("Submitted"),
    "accept": _("Accepted"),
    "reject": _("Not accepted"),
    "refer": _("Referred elsewhere"),
    "merge": _("Merged with an earlier case"),
    "release": _("Handled by itself again"),
    "assign": _("Assigned to a department"),
    "sign_for": _("Signed for by the department"),
    "return": _("Returned for another department"),
    "reassign": _("Moved to another department"),
    "ask_supplement": _("Asked you to supplement"),
    "supply": _("Supplemented"),
    "lapse": _("Closed: nothing was supplied in time"),
    "grant_extension": _("Extended"),
    "submit_for_review": _("Reply being checked"),
    "send_back": _("Reply being changed"),
    "reply": _("Replied"),
    "publish": _("Published"),
    "unpublish": _("Taken off the public pages"),
    "rate": _("Rated"),
    "request_reopen": _("Asked for a second handling"),
    "reopen": _("Handled a second time"),
    "decline_reopen": _("Second handling declined"),
    "close": _("Closed"),
    "withdraw": _("Withdrawn"),
    "redate": _("Dates counted anew after a change of the calendar or of a rule"),
}
"""Steps as a citizen's timeline calls them; moves not named here are not shown to citizens."""

OUTCOMES: dict[str, Promise] = {
    Outcome.CALLED_BACK: _("The citizen was called back"),
    Outcome.NO_GROUND: _("No ground for the low rating"),
    Outcome.REOPENED: _("Reopened for a second handling"),
    Outcome.CHANGED: _("The citizen has changed the rating"),
}

RATINGS: dict[int, Promise] = {
    5: _("Very satisfied"),
    4: _("Satisfied"),
    3: _("Fairly satisfied"),
    2: _("Dissatisfied"),
    1: _("Very dissatisfied"),
}

REFUSALS: dict[str, Promise] = {
    Refusal.WRONG_STATE: _("The case is no longer in a state in which this can be done."),
    Refusal.NOT_YOUR_ROLE: _("Your role does not include this step."),
    Refusal.NOT_YOUR_DEPARTMENT: _("The case is with another department."),
    Refusal.NOT_HANDLER: _("Another officer is handling this case."),
    Refusal.OWN_DRAFT: _("You drafted this reply; somebody else has to approve it."),
    Refusal.OWN_REQUEST: _("You made this request; somebody else has to decide on it."),
    Refusal.ASKED_BEFORE: _("The citizen has been asked once already; it may be done only once."),
    Refusal.REQUEST_PENDING: _("There is a request already, waiting for its decision."),
    Refusal.NO_REQUEST: _("There is no request to decide on."),
    Refusal.NO_DRAFT: _("There is no draft yet. Please write the reply first."),
    Refusal.NO_CONSENT: _("The citizen has not agreed to a public answer."),
    Refusal.ASKED_TO_REOPEN: _("A second handling has been asked for once already."),
    Refusal.PUBLISHED_ALREADY: _("The answer is public already."),
    Refusal.NOT_PUBLISHED: _("The answer is not public."),
    Refusal.RATED_ALREADY: _(
        "This answer was rated more than 24 hours ago; the rating can no longer be changed."
    ),
    Refusal.NO_LOW_RATING: _("There is no low rating waiting to be followed up."),
    Refusal.OWN_ANSWER: _("You handled this answer yourself; another supervisor has to do this."),
    Refusal.NO_COMMENT_TO_SHOW: _("There is no comment the citizen agreed to have shown."),
    Refusal.COMMENT_SHOWN: _("The comment is shown already."),
    Refusal.COMMENT_NOT_SHOWN: _("No comment is shown."),
    Refusal.SURVEY_OVER: _("The time for rating this answer is over."),
    Refusal.REOPENED_ALREADY: _("This matter has been handled a second time already."),
    Refusal.NOT_ANSWERED: _("This matter has not been answered."),
    Refusal.TOO_LATE_TO_RETURN: _("The time for returning the case is over; please handle it."),
    Refusal.EXTENSION_TOO_LATE: _("The case is overdue; it can no longer be extended."),
    Refusal.NO_ROOM_TO_EXTEND: _("The case has been extended as far as the rules allow."),
    Refusal.NOT_SUPPORTING: _("Your department has not been asked to support this case."),
}

FAULTS: dict[str, Promise] = {
    "required": _("This field is required."),
    "no_such_case": _("There is no case with this number."),
    "same_case": _("A case cannot be merged into itself."),
    "not_open": _("That case is no longer open; please choose one that is not yet answered."),
    "same_department": _("The case is with this department already."),
    "department_closed": _("This department no longer takes cases."),
    "lead_supports_itself": _("The lead department cannot also support."),
    "over_the_cap": _("At most %(most)s more working days can be granted."),
    "rated_so_already": _("This is the rating you have given already."),
    "not_a_rating": _("Please choose one of the five levels."),
    "low_rating_needs_reason": _("Please tell us what was wrong, so that it can be put right."),
}
