"""What a model hub's library raises, in our words and in one line, without addresses that are a login themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from model.artifact.version_store import first_line
from model.errors import ArtifactError, HubAway, MissingFile

#: Answers that are about who asks, and the one to a push that came second.
_REFUSED, _OVERTAKEN = (401, 403), (409, 412)


@contextmanager
def told_by_the_hub(address: str, file: str = "") -> Iterator[None]:
    """Around calls about this address, and `file` there. Raises MissingFile for what the hub has not, or does not show;
    HubAway when it does not answer, or refuses; ArtifactError when somebody else pushed meanwhile."""
    from huggingface_hub.errors import (
        EntryNotFoundError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        yield
    except ArtifactError:
        raise
    except LocalEntryNotFoundError as error:
        raise HubAway(f"{address} is not here, and the hub does not answer") from error
    except EntryNotFoundError:
        raise MissingFile(f"{address} has no {file or 'such file'}") from None
    except RevisionNotFoundError:
        raise MissingFile(f"the hub has no such commit: {address}") from None
    except RepositoryNotFoundError:
        raise MissingFile(f"the hub has no {address}, or does not show it to this login (HF_TOKEN)") from None
    except Exception as error:
        # What broke off an upload is said by what it comes from.
        answered = next((each for each in (error, error.__cause__) if isinstance(each, HfHubHTTPError)), None)
        if answered is None:
            # Whatever the library comes up with: it has no errors of its own for what the network does.
            raise HubAway(f"{address}: the hub does not answer: {first_line(error)}") from error
        status = answered.response.status_code
        if status in _OVERTAKEN:
            raise ArtifactError(f"{address} has got another commit meanwhile: push again") from None
        why = ": it refuses this login (HF_TOKEN)" if status in _REFUSED else ""
        raise HubAway(f"{address}: the hub answers {status}{why}") from None
