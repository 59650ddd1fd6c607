"""Which endpoints and deliveries there are for a caller whose key is restricted to restaurants: those of these."""

from collections.abc import Callable, Sequence

from access.caller import Caller
from api.http.context import caller, context, tenant
from jobs.errors import Forbidden, NotFound
from store.endpoints import EndpointStore
from webhooks.delivery import Delivery
from webhooks.endpoint import Endpoint
from webhooks.options import EndpointOptions
from webhooks.room import Room

#: Endpoints of the restaurants of a link with which its session makes no more.
MAX_BY_LINK = 5


def endpoint_of_caller(endpoint_id: str) -> Endpoint:
    """One endpoint of the caller's. Raises NotFound."""
    found = context().webhooks.endpoints.get(tenant(), endpoint_id)
    check_endpoint(found)
    return found


def check_endpoint(endpoint: Endpoint) -> None:
    """Raises NotFound unless the endpoint, as it is now, is one of the caller's. Changes ask this in the same step."""
    if not caller().sees_all(endpoint.options.restaurants):
        raise NotFound("There is no such endpoint.")


def endpoints_of_caller() -> list[Endpoint]:
    """All endpoints of the caller's, oldest first."""
    found = context().webhooks.endpoints.page(tenant())
    return [endpoint for endpoint in found if caller().sees_all(endpoint.options.restaurants)]


def demand_restaurants(restaurants: Sequence[str]) -> None:
    """Raises Forbidden when the caller may not have an endpoint that is told of these restaurants (none: of all)."""
    if not caller().sees_all(tuple(restaurants)):
        raise Forbidden("This key is for certain restaurants: an endpoint of its own names some of them, and no other.")


def room_of_caller() -> Room | None:
    """What there must be for one more endpoint, where the caller came by a link: an organisation's endpoints are few,
    and no restaurant takes them all."""
    me = caller()
    return Room(restaurants=me.restaurants, most=MAX_BY_LINK) if me.by_link else None


def check_texts(old: EndpointOptions, new: EndpointOptions) -> None:
    """Raises Forbidden when the caller came by a link and this change has texts sent where nobody with a key had them
    sent: what a link's session sets up outlives it."""
    as_before = old.include_text and old.url == new.url and set(old.restaurants).issuperset(new.restaurants)
    if caller().by_link and new.include_text and not as_before:
        raise Forbidden("By a link no endpoint is made to send texts, and none that does sends them elsewhere.")


def check_delivery(delivery_id: str) -> None:
    """Raises NotFound unless the delivery is one of the caller's."""
    visible = deliveries_of_caller()
    if visible is not None and not visible(context().webhooks.deliveries.get(tenant(), delivery_id)):
        raise NotFound("There is no such delivery.")


def deliveries_of_caller() -> Callable[[Delivery], bool] | None:
    """Which deliveries there are for the caller: to endpoints of its own, and, since these may have been others before,
    about restaurants of its own or about the endpoint itself. None: all."""
    return deliveries_of(caller(), context().webhooks.endpoints)


def deliveries_of(me: Caller, endpoints: EndpointStore) -> Callable[[Delivery], bool] | None:
    """The same outside of the caller's request, with the endpoints that there are now."""
    if not me.restaurants:
        return None
    mine = {each.id for each in endpoints.page(me.tenant) if me.sees_all(each.options.restaurants)}

    def visible(delivery: Delivery) -> bool:
        return delivery.endpoint in mine and (me.sees(delivery.restaurant) or delivery.type.startswith("endpoint."))

    return visible
