"""Which endpoints and deliveries there are for a caller whose key is restricted to restaurants: those of these."""

from collections.abc import Sequence

from api.http.context import caller, context, tenant
from jobs.errors import Forbidden, NotFound
from webhooks.endpoint import Endpoint


def endpoint_of_caller(endpoint_id: str) -> Endpoint:
    """One endpoint of the caller's. Raises NotFound."""
    found = context().webhooks.endpoints.get(tenant(), endpoint_id)
    if not caller().sees_all(found.options.restaurants):
        raise NotFound("There is no such endpoint.")
    return found


def endpoints_of_caller() -> list[Endpoint]:
    """All endpoints of the caller's, oldest first."""
    found = context().webhooks.endpoints.page(tenant())
    return [endpoint for endpoint in found if caller().sees_all(endpoint.options.restaurants)]


def demand_restaurants(restaurants: Sequence[str]) -> None:
    """Raises Forbidden when the caller may not have an endpoint that is told of these restaurants (none: of all)."""
    if not caller().sees_all(tuple(restaurants)):
        raise Forbidden("This key is for certain restaurants: an endpoint of its own names some of them, and no other.")


def check_delivery(delivery_id: str) -> None:
    """Raises NotFound unless the delivery goes to an endpoint of the caller's."""
    if caller().restaurants:
        endpoint = context().webhooks.deliveries.get(tenant(), delivery_id).endpoint
        if endpoint not in {each.id for each in endpoints_of_caller()}:
            raise NotFound("There is no such delivery.")
