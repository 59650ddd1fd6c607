"""What `/docs/problems` says of each code: an address of it is every problem's `type`."""

from collections.abc import Mapping

from api.http.problems import STATUS, plain_code

#: Problems that are no more than their status, from the frameworks and the server.
_PLAIN: Mapping[int, str] = {
    400: "The request could not be parsed.",
    401: "The request names no API key.",
    403: "Requests from this origin are not allowed.",
    404: "There is nothing at this address.",
    405: "This address does not take this method; `Allow` says which it takes.",
    406: "This call cannot answer in any media type that `Accept` allows.",
    408: "The request came too slowly.",
    409: "The resource's current state does not allow this.",
    410: "It was deleted or has expired.",
    411: "The request should say how long its body is.",
    412: "A precondition of the request does not hold.",
    413: "The body has more bytes than this call takes.",
    414: "The first line of the request is too long.",
    415: "The body has a media type that this call does not take.",
    416: "The file has no such range of bytes.",
    417: "Only 100-continue can be expected.",
    421: "This service does not answer to the name in `Host`.",
    422: "The request is well-formed, but cannot be used.",
    429: "There were too many requests; `Retry-After` says when the next may come.",
    431: "A header is too long, or there are too many.",
    500: "Something went wrong on our side; it has been logged.",
    501: "The request is encoded in a way that is not known here: Transfer-Encoding can only be chunked.",
    503: "There is no room for the request; send it again after `Retry-After`.",
}
#: Codes in the `error` of a job that failed; of the old call, whose answer the job's end is, they are a problem's.
JOB_ERRORS: Mapping[str, str] = {
    "worker_lost": "The job could not be judged: its worker was lost, three times.",
    "prediction_failed": "The job could not be judged: the model failed on the text.",
    "out_of_memory": "The job could not be judged: there was not enough memory.",
    "time_limit": "The job could not be judged within its time limit.",
    "unknown_model": "The job could not be judged: its model is not there any more.",
    "text_erased": "The job could not be judged: its text was erased with the key that it was encrypted with.",
    "text_key_missing": "The job could not be judged: the key that its text is encrypted with is missing.",
}


def explained() -> list[tuple[str, int, str]]:
    """Code, status and meaning of every problem, each once."""
    ours = [(code, status, " ".join((cls.__doc__ or "").split())) for cls, (status, code) in STATUS.items()]
    known = {code for code, _, _ in ours}
    plain = [(plain_code(status), status, text) for status, text in _PLAIN.items() if plain_code(status) not in known]
    return [*ours, *plain, *((code, 500, text) for code, text in JOB_ERRORS.items())]
