"""
`oms.toml` as a checked value: every key of the file, its type, its default. config_file.py reads and edits the file.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from oms.config_values import Buffer, Clock, Closed, Code, Country, Currency, Duration, ExchangeRate, Money, Weekday, Zone
from oms.errors import UnknownChannel, UnknownLocation
from oms.words import _
from oms.words import nearest as nearest  # who reads the configuration asks it here

CHANNEL_KINDS = (
    "amazon", "shopify", "tiktok", "temu", "lazada", "shopee", "ebay", "etsy", "woocommerce", "walmart", "square",
    "google", "generic",
)  # fmt: skip
PLATFORM_LABEL_KINDS = ("tiktok", "shopee", "lazada", "temu")


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Business(Table):
    """Who you are: the currency and zone of everything that says no other."""

    name: str = "My shop"
    currency: Currency = "USD"
    timezone: Zone = "UTC"
    language: Literal["en", "zh"] = "en"


class Location(Table):
    """A place that holds stock and ships."""

    code: Code
    name: str = ""
    channel_names: dict[str, str] = {}
    kind: Literal["warehouse", "store", "3pl"] = "warehouse"
    country: Country
    region: str | None = None
    city: str | None = None
    postcode: str | None = None
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    ships: bool = True
    pickup: bool = False
    returns: bool = True
    cutoff: Clock = "23:59"
    timezone: Zone | None = None  # the business's where absent
    working_days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    closed: tuple[Closed, ...] = ()
    daily_capacity: int | None = Field(None, ge=0)
    handling: Money = Decimal(0)
    handling_unit: Money = Decimal(0)
    safety_stock: int = Field(0, ge=0)
    routing_reserve: int = Field(0, ge=0)
    format: str | None = None  # the 3PL's order file: a name in formats/, or one of ours
    channel: str | None = None  # the channel whose own warehouse it is: Amazon's, as it were

    def called(self, name: str, channel: str) -> bool:
        """Whether `channel` means this location when it says `name`."""
        wanted = name.strip().casefold()
        names = (self.channel_names.get(channel), self.name, self.code)
        return any(known is not None and known.strip().casefold() == wanted for known in names)

    def sends_for(self, channel: "Channel") -> bool:
        """
        Whether it may send orders of `channel`. A channel's own warehouse sends, under its own labels, what other channels
        sold: nothing that needs another label, and nothing of the channel itself, which sends and counts that without us.
        """
        return self.channel is None or (self.channel != channel.name and not channel.labels_itself)


class Channel(Table):
    """One account on a channel."""

    name: Code
    kind: str
    timezone: Zone | None = None
    currency: Currency | None = None
    locations: tuple[str, ...] | None = None
    buffer: Buffer = 0
    max_listed: int | None = Field(None, ge=0)
    priority: int = 0
    services: dict[str, str] = {}
    label: Literal["own", "platform"] | None = None
    ship_complete: bool = False
    allow_partial: bool = True
    handling_days: int = Field(2, ge=0)
    stock_file: Literal["price-and-quantity", "listings-feed"] | None = None  # Amazon: which of its two uploads
    seller_id: str | None = Field(None, min_length=1)  # Amazon: stands in a listings feed
    marketplace_id: str | None = Field(None, min_length=1)  # Amazon: stands in an order for its warehouse

    @model_validator(mode="after")
    def _stock_file_fits(self) -> "Channel":
        if self.stock_file is not None and self.kind != "amazon":
            raise ValueError(_("stock_file: is for channels of kind amazon"))
        if self.stock_file == "listings-feed" and self.seller_id is None:
            raise ValueError(_('stock_file = "listings-feed" needs your `seller_id`'))
        return self

    @property
    def pickups(self) -> dict[str, str | None]:
        """The channel's words, in lower case, for orders that the buyer collects; the code of the place, where one says it."""
        found: dict[str, str | None] = {}
        for word, meaning in self.services.items():
            kind, _colon, code = meaning.partition(":")
            if kind.strip().casefold() == "pickup":
                found[word.strip().casefold()] = code.strip() or None
        return found

    @property
    def labels_itself(self) -> bool:
        """True where the platform makes the shipping label, so that masked addresses are no obstacle."""
        if self.label is not None:
            return self.label == "platform"
        return self.kind in PLATFORM_LABEL_KINDS


class FallbackRate(Table):
    """The price of a parcel where no row of the rate card matches."""

    base: Money
    per_km: Money = Decimal(0)
    per_kg: Money = Decimal(0)


class RoutingRule(Table):
    """What holds for the orders that fit all its filters; what it says it says of what is sent, not of what is collected."""

    name: Code
    channels: tuple[str, ...] = ()
    countries: tuple[Country, ...] = ()
    postcodes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    value_under: Money | None = None
    value_over: Money | None = None
    unit_over_g: int | None = Field(None, ge=0)
    unit_over_mm: int | None = Field(None, ge=0)
    address_line_over: int | None = Field(None, ge=1)
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    never_carriers: tuple[str, ...] = ()
    max_km: float | None = Field(None, gt=0)
    priority: int | None = None
    ship_complete: bool | None = None
    prefer: tuple[str | tuple[str, ...], ...] = ()
    max_parcels: int | None = Field(None, ge=1, le=10)
    min_value: Money | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "RoutingRule":
        said = (self.only, self.never, self.never_carriers, self.prefer)
        more = (self.max_km, self.priority, self.ship_complete, self.max_parcels, self.min_value)
        if not any(said) and all(part is None for part in more):
            raise ValueError(_("says nothing: add only, never, never_carriers, prefer, max_km, priority, ship_complete, "
                               "max_parcels or min_value"))  # fmt: skip
        return self

    @property
    def preferred(self) -> tuple[tuple[str, ...], ...]:
        """`prefer` as places of equal rank, the best first."""
        return tuple((tier,) if isinstance(tier, str) else tier for tier in self.prefer)


class Routing(Table):
    goal: Literal["cost", "distance", "ranked"] = "cost"
    split_penalty: Money = Decimal(0)
    late_penalty: Money = Decimal(0)
    wait_penalty: Money = Decimal(0)
    max_parcels: int = Field(3, ge=1, le=10)
    volumetric_divisor: int = Field(5000, ge=1)
    stickiness: Money = Decimal("0.50")
    fallback_rate: FallbackRate | None = None
    ranking: tuple[str, ...] = ()
    consolidate: bool = False
    transfer_cost: Money = Decimal(0)
    rules: tuple[RoutingRule, ...] = ()


class Verify(Table):
    accept_cod: tuple[str, ...] = ()
    unpaid_hold: Duration = timedelta(days=7)


class Pick(Table):
    max_age: Duration = timedelta(hours=24)
    slips: bool = True


class Sync(Table):
    oversell_risk: float = Field(0.001, gt=0, lt=1)
    guard_zeroed: float = Field(0.3, ge=0, le=1)
    max_age: Duration = timedelta(hours=24)


class Limits(Table):
    file_mb: int = Field(512, ge=1)
    rows: int = Field(5_000_000, ge=1)
    columns: int = Field(1_000, ge=1)


class Config(Table):
    business: Business = Business()
    locations: tuple[Location, ...] = ()
    channels: tuple[Channel, ...] = ()
    routing: Routing = Routing()
    verify: Verify = Verify()
    pick: Pick = Pick()
    fx: dict[Currency, ExchangeRate] = {}
    sync: Sync = Sync()
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _names_fit(self) -> "Config":
        for what, names in (
            ("locations", self.location_codes),
            ("channels", tuple(c.name for c in self.channels)),
            ("routing.rules", tuple(rule.name for rule in self.routing.rules)),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(_("{what}: `{name}` stands twice", what=what, name=twice[0]))
        wanted = [(f"channels.{c.name}.locations", code) for c in self.channels for code in c.locations or ()]
        wanted += [(f"channels.{c.name}.services", code) for c in self.channels for code in c.pickups.values() if code]
        wanted += [("routing.ranking", code) for code in self.routing.ranking]
        for rule in self.routing.rules:
            key = f"routing.rules.{rule.name}"
            wanted += [(f"{key}.only", code) for code in rule.only]
            wanted += [(f"{key}.never", code) for code in rule.never if code != "*"]
            wanted += [(f"{key}.prefer", code) for tier in rule.preferred for code in tier]
        for key, code in wanted:
            if code not in self.location_codes:
                raise ValueError(_("{key}: no location `{code}`{near}", key=key, code=code,
                                   near=nearest(code, self.location_codes)))  # fmt: skip
        names = tuple(c.name for c in self.channels)
        named = [("verify.accept_cod", name) for name in self.verify.accept_cod]
        named += [(f"locations.{place.code}.channel", place.channel) for place in self.locations if place.channel is not None]
        named += [(f"routing.rules.{rule.name}.channels", name) for rule in self.routing.rules for name in rule.channels]
        for key, name in named:
            if name not in names:
                raise ValueError(_("{key}: no channel `{name}`{near}", key=key, name=name, near=nearest(name, names)))
        return self

    @property
    def location_codes(self) -> tuple[str, ...]:
        """Codes of all locations, in the order of the file."""
        return tuple(location.code for location in self.locations)

    def location(self, code: str) -> Location:
        """The location `code`; UnknownLocation otherwise."""
        for location in self.locations:
            if location.code == code:
                return location
        raise UnknownLocation(
            _("no location `{code}` in oms.toml{near}", code=code, near=nearest(code, self.location_codes)),
            _("locations: {codes}", codes=", ".join(self.location_codes) or "none; add a [[locations]] table"),
        )

    def location_named(self, name: str, channel: str) -> Location | None:
        """The location that `channel` (or its kind) calls `name`, by `channel_names`, name or code; None when nobody does."""
        spoken = (channel, *(known.kind for known in self.channels if known.name == channel))
        called = (location for who in spoken for location in self.locations if location.called(name, who))
        return next(called, None)

    def channel(self, name: str) -> Channel:
        """The channel `name`; UnknownChannel otherwise."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        names = tuple(channel.name for channel in self.channels)
        raise UnknownChannel(
            _("no channel `{name}` in oms.toml{near}", name=name, near=nearest(name, names)),
            _("channels: {names}", names=", ".join(names) or "none; add a [[channels]] table"),
        )

    def selling_locations(self, channel: Channel) -> tuple[Location, ...]:
        """The locations a channel sells from and its orders are routed from, in code order."""
        return tuple(place for place in self._locations_of(channel) if place.sends_for(channel))

    def kept_from(self, channel: Channel) -> tuple[Location, ...]:
        """The warehouses of channels that would be among a channel's locations and cannot send for it, in code order."""
        return tuple(place for place in self._locations_of(channel) if not place.sends_for(channel))

    def _locations_of(self, channel: Channel) -> list[Location]:
        codes = channel.locations
        chosen = [place for place in self.locations if (place.ships if codes is None else place.code in codes)]
        return sorted(chosen, key=lambda place: place.code)

    def pickup_places(self, channel: Channel) -> tuple[Location, ...]:
        """Where the buyers of a channel may collect: places with `pickup`, among its locations where it names some; by code."""
        chosen = [l for l in self.locations if l.pickup and (channel.locations is None or l.code in channel.locations)]  # noqa: E741
        return tuple(sorted(chosen, key=lambda location: location.code))

    def shops(self, channel: Channel) -> tuple[Location, ...]:
        """The stores whose own stock a channel shows: those among its locations, else all; in code order."""
        chosen = [l for l in self.locations if l.kind == "store" and (channel.locations is None or l.code in channel.locations)]  # noqa: E741
        return tuple(sorted(chosen, key=lambda location: location.code))

    def zone_of(self, place: Location | Channel | None) -> str:
        """The zone name of a location or channel, else the business's."""
        return (place.timezone if place else None) or self.business.timezone

    def currency_of(self, channel: Channel | None) -> str:
        """The currency of a channel's files that name none, else the business's."""
        return (channel.currency if channel else None) or self.business.currency
