"""What changes of everything, as a flow."""

from kritiq_client.change_answers import Changes
from kritiq_client.job_calls import changes
from kritiq_client.retrying import Core
from kritiq_client.steps import Stream


def listen(core: Core) -> Stream[Changes]:
    """What changes of all jobs, batches, deliveries, restaurants and lists that the key may see, and of the queue, at
    most once a second.

    It goes on until you close it; a stream that breaks off is opened again. Where `complete` is false, as in the first,
    read again what you show. Raises ApiError, TransportError.
    """
    yield from changes(core, "/v1/events", "changes", Changes, "")
    return Changes
