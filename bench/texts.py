"""Reviews to measure with: German, of one to five sentences, no two alike, the same ones in every run."""

import random

_DISHES = (
    "Schnitzel", "Risotto", "Ramen", "Sauerbraten", "Lachstatar", "Käsespätzle", "Steak", "Pho", "Tiramisu",
    "Flammkuchen", "Curry", "Gulasch", "Frühstück", "Pizza Margherita", "Tatar", "Falafelteller",
)  # fmt: skip
_SENTENCES = (
    "{dish} war hervorragend gewürzt und kam heiß auf den Tisch.",
    "Auf {dish} haben wir {minutes} Minuten gewartet, und niemand hat sich entschuldigt.",
    "Für {price} Euro hätte ich bei {dish} deutlich mehr erwartet.",
    "Der Service war aufmerksam, ohne aufdringlich zu sein.",
    "Die Bedienung hat unsere Bestellung zweimal vergessen.",
    "Das Lokal liegt ruhig in einer Seitenstraße, man findet leicht einen Parkplatz.",
    "Gemütliche Einrichtung, gedämpftes Licht, leider etwas laut.",
    "Die Weinkarte ist klein, aber gut ausgesucht.",
    "Preis und Leistung stimmen hier einfach.",
    "{dish} gab es am {day} nicht mehr.",
    "Wir kommen am {day} gerne wieder!",
    "Nie wieder.",
    "Lecker!",
    "Am {day} um {hour} Uhr war es so voll, dass wir trotz Reservierung eine halbe Stunde an der Bar standen, wo"
    " immerhin das Bier frisch gezapft und der Barkeeper gut gelaunt war.",
    "Die Portionen sind riesig, ca. {minutes} dkg Fleisch und dazu Beilagen für zwei.",
    "Unsere Tochter war mit {dish} sehr zufrieden, ich fand meine Vorspeise zu salzig.",
)
_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")


def reviews(count: int, *, seed: int = 1, shortest: int = 1, longest: int = 5) -> list[str]:
    """`count` different reviews of `shortest` to `longest` sentences."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[" ".join(_sentence(rng) for _ in range(rng.randint(shortest, longest)))] = None
    return list(found)


def _sentence(rng: random.Random) -> str:
    return rng.choice(_SENTENCES).format(
        dish=rng.choice(_DISHES), minutes=rng.randint(5, 600), price=rng.randint(5, 900), day=rng.choice(_DAYS),
        hour=rng.randint(11, 23),
    )  # fmt: skip
