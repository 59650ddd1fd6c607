"""Which organisation a Celery client's task is for, by the beginning of its id, and what it may not touch of others."""

from celery.exceptions import InvalidTaskError

from jobs.job import DEFAULT_TENANT
from jobs.settings import Settings
from jobs.store import JobStore
from worker.consumer.celery_decode import NotATaskError, TaskRequest
from worker.consumer.chord_groups import groups_of
from worker.consumer.producers import HEADER, producers

#: Why a task is put aside whose id is an organisation's.
FOREIGN = "its id begins with the name of an organisation, none of whose producers has signed it"


class Owners:
    """The organisations whose ids are theirs alone: those that Redis knows, and those with producers."""

    def __init__(self, store: JobStore, settings: Settings) -> None:
        self._store, self._producers = store, producers(settings)

    def tenant_of(self, request: TaskRequest) -> str:
        """The organisation that a task is for. Raises NotATaskError for one that claims to be an organisation's."""
        tenant = self._producers.tenant_of(request.id, request.context.get(HEADER))
        # Its result would lie where the organisation's own does: it gets no answer, not even that it is refused.
        if tenant is None and self._is_organisations(request.id):
            raise NotATaskError(FOREIGN)
        return tenant or DEFAULT_TENANT

    def demand_own_groups(self, request: TaskRequest, tenant: str) -> None:
        """Raises InvalidTaskError for a task that would count towards another organisation's chord, or begin one."""
        for group in groups_of(request):
            if ":" in group and group.partition(":")[0] != tenant and self._is_organisations(group):
                raise InvalidTaskError(f"The group {group} is an organisation's, which has not signed this task.")

    def _is_organisations(self, name: str) -> bool:
        return self._producers.know(name) or self._store.is_foreign(name)
