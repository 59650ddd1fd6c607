"""Who makes a request, and what of its organisation the caller may touch."""

from dataclasses import dataclass

from access.scope import Scope
from jobs.errors import Forbidden
from jobs.job import DEFAULT_TENANT
from jobs.request import Priority


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A request's owner. Without a key, where none is asked for, it is the default tenant with every right."""

    tenant: str = DEFAULT_TENANT
    scopes: frozenset[Scope] = frozenset({Scope.ADMIN})
    #: The only restaurants that it may see and touch; empty: no restriction.
    restaurants: frozenset[str] = frozenset()
    #: The only priorities that its jobs may have; None: all that its organisation may use.
    priorities: frozenset[Priority] | None = None
    #: The key, or the link, that it showed.
    key_id: str | None = None
    #: Whether a link to the webhooks of its restaurants was opened for it (`access.webhook_link`).
    by_link: bool = False
    #: Requests that its key may make within a second, 0: any number; None: as all keys.
    rate: int | None = None

    def may(self, needed: Scope) -> bool:
        """Whether the scopes are enough."""
        return needed in self.scopes or Scope.ADMIN in self.scopes

    def sees(self, restaurant: str | None) -> bool:
        """Whether what belongs to this restaurant (None: to none) exists for the caller."""
        return not self.restaurants or restaurant in self.restaurants

    def sees_all(self, restaurants: tuple[str, ...]) -> bool:
        """The same of something that is limited to these restaurants (none: to nothing)."""
        return not self.restaurants or (bool(restaurants) and self.restaurants.issuperset(restaurants))

    def demand(self, restaurant: str | None) -> None:
        """Raises Forbidden unless the caller may send to, or ask for, this restaurant."""
        if not self.sees(restaurant):
            named = f"not {restaurant}" if restaurant else "and this names none of them"
            raise Forbidden(f"This key is for certain restaurants only, {named}.")
