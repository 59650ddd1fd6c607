"""What problems say most often, as a code with figures, for whoever says it in another language.

Problems keep the English sentences, and from these come the codes (`reason_CODE` of the console's texts).
"""

from collections.abc import Mapping
from types import MappingProxyType

from api.http.reasons import reason_dicts
from jobs.sentence_pattern import Sentences

#: Of a member at fault; its pointer names it.
MEMBERS: Mapping[str, str] = MappingProxyType({
    "member_missing": "is missing",
    "member_unknown": "is not a member that this call takes",
    "parameter_unknown": "is no parameter of this call; {known}",
    "given_twice": "should be given once",
    "not_an_object": "should be a JSON object",
    "not_a_list": "should be a list",
    "not_a_text": "should be a valid string",
    "not_a_whole_number": "should be a valid integer",
    "not_true_or_false": "should be a valid boolean",
    "one_of_quoted": "should be {quoted}",
    "one_of_served": "should be one of those that are served: {values}",
    "one_of": "should be one of {values}",
    "empty_text": "should have at least 1 character",
    "too_long_by": "should have at most {most} characters, has {number}",
    "too_long": "should have at most {most} characters",
    "too_many_reviews": "should have 1 to {most} reviews, has {number}",
    "too_small": "should be greater than or equal to {least}",
    "too_large": "should be less than or equal to {most}",
    "not_in_range": "should be a whole number from 1 to {most}",
    "not_a_day": "should be a day such as 2026-11-14",
    "until_before_since": "should not be before since",
    "to_before_from": "should not be before from",
    "not_a_name": "should have 1 to 100 letters, digits and . _ ~ -",
    "not_an_author": "should have 1 to 200 characters, none of them a control character",
    "not_a_page": "is not a valid page token",
    "page_of_another_list": "is of another list, or of other filters: repeat these, or begin anew",
    "address_not_public": "cannot be called: its host should resolve, and only to public addresses",
    "address_wrong": "should be https://name/path on an allowed port: a public name in ASCII (an international one as"
    " xn--…), without a user, blanks and #fragment",
})  # fmt: skip
#: Of the whole request.
REQUESTS: Mapping[str, str] = MappingProxyType({
    "scope_lacks": "The API key lacks the scope {scope}.",
    "names_no_restaurant": "This key is for certain restaurants only, and this names none of them.",
    "other_restaurant": "This key is for certain restaurants only, not {restaurant}.",
    "own_waiting": "{number} of your sentences are waiting already, and {most} may.",
    "own_scheduled": "{number} of your sentences are scheduled already, and {most} may be.",
    "more_than_may_wait": "These are {number} sentences, and {most} may wait at once: send fewer in one call.",
    "own_day": "{number} of your sentences were accepted today, and {most} may be.",
    "more_than_a_day": "These are {number} sentences, and {most} are accepted in one day: send fewer in one call.",
    "own_stored": "{number} bytes of your reviews and results are stored, and {most} may be: delete some, or wait.",
    "more_than_stored": "This takes {number} bytes, and {most} may be stored: send less in one call.",
    "too_many_keys": "Too many Idempotency-Keys are remembered: PUT it under an id of your own, send it without a key,"
    " or wait.",
    "queue_is_full": "{number} sentences are waiting already.",
    "schedule_is_full": "{number} sentences are scheduled already.",
    "body_too_long": "The body is longer than the {most} bytes that this call takes, if need be when it is unpacked:"
    " send less at a time.",
})  # fmt: skip
#: What figures look like that are no words.
_FORMS = {
    "number": r"\d+", "most": r"\d+", "least": r"\d+", "scope": r"[a-z:]+", "restaurant": "[^ ]+",
    "values": "[^:]+", "quoted": "'[^']+'(?:, '[^']+')*(?: or '[^']+')?",
}  # fmt: skip
_SENTENCES = Sentences({**MEMBERS, **REQUESTS}, _FORMS)


def with_code(problem: Mapping[str, str]) -> Mapping[str, object]:
    """A problem, or one of its members at fault, with `detail_code` beside its `detail` where that is one of these."""
    reason = _SENTENCES.reason_of(problem["detail"])
    return problem if reason is None else {**problem, "detail_code": reason_dicts([reason])[0]}
