"""Plain words of German and English reviews and how they judge, by aspect; see `model.mini.plain_sentences`."""

from __future__ import annotations

from dataclasses import dataclass

from model.mini.negation import ENGLISH_NEGATION, GERMAN_NEGATION, Negation


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """What is spoken of (with the number of its verb), the aspects that this is, and the words that judge it."""

    aspects: tuple[str, ...]
    one: str
    many: str
    good: str
    bad: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """The plain words of one language. Lists are separated by commas."""

    verb_one: tuple[str, ...]
    verb_many: tuple[str, ...]
    #: Words that judge anything.
    good: str
    bad: str
    neutral: str
    degrees: str
    negation: str
    joins_unlike: str
    joins_like: str
    topics: tuple[Topic, ...]
    #: Whole sentences about the place.
    verdicts_good: str
    verdicts_bad: str
    turns: Negation


GERMAN = Lexicon(
    verb_one=("war", "ist"),
    verb_many=("waren", "sind"),
    good="gut, super, toll, top, prima, klasse, hervorragend, ausgezeichnet, fantastisch, großartig, spitze, perfekt, "
    "wunderbar, exzellent, sehr gut, 1a, einwandfrei, genial, der Hammer, überragend, erstklassig, mega, besonders, "
    "beeindruckend, grandios, vorzüglich, sensationell, traumhaft, tadellos, ein Erlebnis, nicht zu toppen",
    bad="schlecht, mies, furchtbar, schrecklich, enttäuschend, eine Katastrophe, unterirdisch, "
    "eine Frechheit, mangelhaft, "
    "grottig, ein Witz, ein Reinfall, flop, unmöglich, "
    "ungenügend, sehr schlecht, nicht gut, miserabel, grauenhaft, eine Zumutung, unangenehm, erbärmlich, katastrophal, "
    "unzumutbar, peinlich, indiskutabel, nicht zu gebrauchen",
    neutral="okay, in Ordnung, durchschnittlich, mittelmäßig, so lala, ganz ok, nichts Besonderes, solide, passabel, "
    "naja, geht so, weder gut noch schlecht, nicht gut und nicht schlecht, ganz in Ordnung",
    degrees=", , , sehr, wirklich, echt, total, richtig, einfach, absolut, leider, immer, auch",
    negation="nicht, nicht besonders, überhaupt nicht, leider nicht, gar nicht",
    joins_unlike=", aber |, nur |. Dafür |, allerdings |, während | - leider | und dafür |, jedoch |; |. ",
    joins_like=" und |, und |, |. |. Auch |! |; ",
    topics=(
        Topic(
            aspects=("food", "quality"),
            one="Das Essen, Die Pizza, Das Schnitzel, Die Suppe, Der Burger, Das Sushi, Das Steak, Der Fisch, "
            "Das Frühstück, "
            "Die Pasta, Der Salat, Das Curry, Das Dessert, Das Fleisch, Die Vorspeise, Der Döner, Die Küche",
            many="Die Speisen, Die Gerichte, Die Nudeln, Die Pommes, Die Tapas, Die Spätzle",
            good="lecker, köstlich, frisch, saftig, würzig, zart, ein Gedicht, knusprig, gut gewürzt, "
            "schmackhaft, heiß",
            bad="kalt, fade, versalzen, zäh, trocken, verkocht, geschmacklos, fettig, lauwarm, ungenießbar, "
            "verbrannt, roh, "
            "ekelhaft, matschig, nicht frisch, hart, labbrig, pappig, ölig, wässrig, angebrannt, faserig, alt, "
            "aufgewärmt, mehlig, lieblos, überwürzt, durchgeweicht, eintönig, langweilig",
        ),
        Topic(
            aspects=("service",),
            one="Der Service, Die Bedienung, Der Kellner, Die Kellnerin, Das Personal, Der Wirt, Das Team, Der Chef",
            many="Die Kellner, Die Mitarbeiter, Die Leute hinter der Theke",
            good="freundlich, nett, aufmerksam, schnell, zuvorkommend, herzlich, flott, hilfsbereit, "
            "kompetent, höflich, sympathisch, geduldig, fix, umsichtig, gastfreundlich, zugewandt, professionell, "
            "auf Zack",
            bad="langsam, unfreundlich, unhöflich, überfordert, arrogant, patzig, genervt, "
            "unaufmerksam, frech, lustlos, unsympathisch, ruppig, mürrisch, schnippisch, hochnäsig, träge, "
            "gestresst, aufdringlich, ungeduldig, distanziert, inkompetent, chaotisch, abweisend, herablassend",
        ),
        Topic(
            aspects=("price", "restaurant"),
            one="Der Preis, Das Preisniveau",
            many="Die Preise",
            good="fair, günstig, angemessen, moderat, in Ordnung, niedrig, vernünftig, human, bezahlbar, "
            "erschwinglich, zivil, gerechtfertigt",
            bad="hoch, zu hoch, überteuert, unverschämt, happig, überzogen, gesalzen, viel zu teuer, "
            "nicht gerechtfertigt, übertrieben, teuer, überhöht, gepfeffert",
        ),
        Topic(
            aspects=("ambience",),
            one="Das Ambiente, Die Atmosphäre, Die Einrichtung, Die Deko, Die Stimmung, Der Gastraum, "
            "Die Terrasse, Die Musik",
            many="Die Räume, Die Toiletten, Die Tische",
            good="gemütlich, schön, stilvoll, angenehm, sauber, einladend, liebevoll gestaltet, romantisch, "
            "gepflegt, urig, hell, behaglich, modern",
            bad="laut, schmutzig, ungemütlich, stickig, eng, kitschig, dunkel, kalt, dreckig, heruntergekommen, "
            "steril, trist, zugig, altbacken, verstaubt, überfüllt, hektisch, abgenutzt, düster, klebrig, muffig",
        ),
        Topic(
            aspects=("location",),
            one="Die Lage, Der Standort, Die Aussicht, Der Blick",
            many="Die Parkmöglichkeiten",
            good="schön, zentral, traumhaft, ideal, ruhig, wunderschön",
            bad="ungünstig, abgelegen, an der Straße laut, schwer zu finden, unschön, trostlos, hässlich",
        ),
        Topic(
            aspects=("drinks", "quality"),
            one="Der Wein, Das Bier, Der Kaffee, Der Cocktail, Der Espresso, Der Tee",
            many="Die Cocktails, Die Getränke, Die Weine",
            good="lecker, süffig, frisch gezapft, gut gekühlt, köstlich, aromatisch",
            bad="warm, schal, wässrig, bitter, verwässert, lauwarm, zu süß, abgestanden, sauer, dünn, muffig",
        ),
        Topic(
            aspects=("food", "style"),
            one="Die Portion, Die Auswahl, Die Karte, Die Präsentation",
            many="Die Portionen",
            good="groß, riesig, reichlich, abwechslungsreich, üppig, sehr ordentlich, kreativ, schön angerichtet",
            bad="klein, winzig, zu klein, mickrig, langweilig, begrenzt, lieblos, knapp, dürftig, spärlich, "
            "einfallslos, eintönig",
        ),
    ),
    verdicts_good="Gerne wieder, Wir kommen wieder, Immer wieder gern, Absolute Empfehlung, Sehr zu empfehlen, Klare "
    "Empfehlung, Mein Lieblingsrestaurant, Toller Laden, Super Restaurant, Rundum zufrieden, "
    "Wir waren begeistert, Ein Muss, Besser geht es nicht, Es hat an nichts gefehlt, Nichts zu meckern, "
    "Da gibt es nichts zu meckern, Da kann man nicht meckern, Ich würde es weiterempfehlen, Kann ich nur empfehlen, "
    "Ich kann das Lokal nur empfehlen, Würde ich jedem empfehlen, Dieses Restaurant empfehle ich gerne weiter, "
    "Wir würden jederzeit wiederkommen, Hier gehe ich wieder hin, Alles an diesem Restaurant war besonders, "
    "Jeder Besuch ist noch besser als der letzte, Jeden Cent wert, Den Weg wert, Hat sich gelohnt, "
    "Es hat uns sehr gefallen, Wir haben uns wohlgefühlt, Ein wirklich gelungener Abend, "
    "Unsere Erwartungen wurden übertroffen, Es war besser als erwartet, Uns hat es an nichts gefehlt, Mehr geht nicht, "
    "Eines der besten Restaurants der Stadt",
    verdicts_bad="Nie wieder, Einmal und nie wieder, Nicht zu empfehlen, Keine Empfehlung, "
    "Wir kommen nicht wieder, Finger "
    "weg, Sehr enttäuschend, Absolut überbewertet, Schade, Wir waren enttäuscht, Bloß nicht, "
    "Da gehe ich nicht mehr hin, Hier esse ich nie wieder, Schlechter geht es nicht, "
    "Ich würde es nicht weiterempfehlen, Kann ich nicht empfehlen, Ich kann das Lokal niemandem empfehlen, "
    "Würde ich keinem empfehlen, "
    "Dieses Restaurant empfehle ich nicht weiter, Wir würden nicht wiederkommen, Hier gehe ich nicht wieder hin, "
    "Nichts an diesem Restaurant war besonders, Jeder Besuch ist noch schlechter als der letzte, Keinen Cent wert, "
    "Den Weg nicht wert, Hat sich nicht gelohnt, Es hat uns nicht gefallen, Wir haben uns nicht wohlgefühlt, "
    "Ein wirklich misslungener Abend, Unsere Erwartungen wurden nicht erfüllt, Es war schlechter als erwartet, "
    "Uns hat es an allem gefehlt, Eine unangenehme Erfahrung, Eines der schlechtesten Restaurants der Stadt",
    turns=GERMAN_NEGATION,
)
ENGLISH = Lexicon(
    verb_one=("was", "is"),
    verb_many=("were", "are"),
    good="good, great, excellent, amazing, fantastic, wonderful, awesome, superb, perfect, outstanding, "
    "very good, terrific, "
    "lovely, incredible, top notch, the best, nice, special, unique, memorable, impressive, subtle, delightful, "
    "flawless, stellar, spot on, second to none",
    bad="bad, terrible, horrible, awful, disappointing, poor, a joke, a disaster, dreadful, very bad, "
    "not good, subpar, "
    "lousy, the worst, a letdown, unacceptable, atrocious, appalling, pathetic, forgettable, unpleasant, embarrassing, "
    "sad",
    neutral="ok, okay, average, mediocre, decent, nothing special, so so, fine, alright, passable, meh, "
    "neither good nor bad, not great but not bad either",
    degrees=", , , very, really, so, just, absolutely, quite, always, also, pretty",
    negation="not, not very, not really, not that",
    joins_unlike=", but |, though |. However |; |, although | but |, yet |. ",
    joins_like=" and |, and |, |. |! |; |. Also ",
    topics=(
        Topic(
            aspects=("food", "quality"),
            one="The food, The pizza, The soup, The burger, The sushi, The steak, The fish, The pasta, The salad, "
            "My chicken, "
            "The curry, The dessert, The lamb, The bread",
            many="The dishes, The tacos, The noodles, The fries, The appetizers, The dumplings",
            good="delicious, tasty, fresh, juicy, flavorful, tender, to die for, crispy, well seasoned, yummy, hot",
            bad="cold, bland, salty, tough, dry, overcooked, tasteless, greasy, lukewarm, inedible, burnt, "
            "raw, stale, soggy, oily, chewy, rubbery, mushy, watery, dull, flavorless, undercooked, reheated, hard",
        ),
        Topic(
            aspects=("service",),
            one="The service, The waiter, Our waitress, The staff, The owner, The hostess, Our server, The manager",
            many="The waiters, The staff members, The servers",
            good="friendly, attentive, fast, helpful, prompt, polite, welcoming, accommodating, quick, courteous",
            bad="slow, rude, inattentive, arrogant, unfriendly, clueless, pushy, overwhelmed, unprofessional, "
            "ignorant, impolite, grumpy, dismissive, careless, sloppy, indifferent, impatient, cold, snobby, "
            "unhelpful, hostile",
        ),
        Topic(
            aspects=("price", "restaurant"),
            one="The price, The bill",
            many="The prices",
            good="reasonable, fair, affordable, cheap, low, very reasonable, unbeatable",
            bad="high, too high, outrageous, steep, ridiculous, way too high, excessive, inflated, unfair, expensive",
        ),
        Topic(
            aspects=("ambience",),
            one="The ambience, The atmosphere, The decor, The music, The room, The patio, The space, The crowd",
            many="The tables, The bathrooms, The seats",
            good="cozy, beautiful, charming, relaxing, romantic, lively, clean, pleasant, warm",
            bad="loud, noisy, dirty, cramped, dull, tacky, dark, dingy, uncomfortable, stuffy, gloomy, sterile, "
            "shabby, crowded, sticky, drafty, chaotic",
        ),
        Topic(
            aspects=("location",),
            one="The location, The view, The neighborhood",
            many="The views",
            good="beautiful, convenient, gorgeous, breathtaking, ideal",
            bad="inconvenient, hard to find, sketchy, ugly, remote, depressing",
        ),
        Topic(
            aspects=("drinks", "quality"),
            one="The wine, The beer, The coffee, The sake, The margarita, The tea",
            many="The cocktails, The drinks, The martinis",
            good="delicious, strong, refreshing, tasty, well made, crisp",
            bad="watered down, weak, warm, flat, bitter, too sweet, stale, sour, watery",
        ),
        Topic(
            aspects=("food", "style"),
            one="The portion, The selection, The menu, The presentation",
            many="The portions",
            good="huge, generous, big, creative, varied, beautiful, interesting, large",
            bad="small, tiny, too small, limited, boring, skimpy, meager, uninspired, unimaginative, stingy",
        ),
    ),
    verdicts_good="Will be back, Highly recommended, I love this place, A must, Best restaurant in town, "
    "We will definitely "
    "return, My favorite place, A hidden gem, I recommend it, Can't wait to go back, Couldn't be better, "
    "Can't complain, Nothing to complain about, It could not have been better, I would recommend it, "
    "I would highly recommend this place, I would definitely recommend this restaurant, I'd recommend it to anyone, "
    "I can only recommend it, I would recommend them to all my friends, I would go again, You should go there, "
    "Everything about this restaurant was special, It is even better than before, It keeps getting better, "
    "Worth every penny, Worth the trip, Worth the wait, It exceeded our expectations, Better than expected, "
    "We loved it, We had a great time, I couldn't ask for more, One of the best restaurants in the area, "
    "I would tell everyone about it",
    verdicts_bad="Never again, Not worth it, I won't be back, Avoid this place, Overrated, Do not go here, We left "
    "disappointed, Stay away, Would not recommend, Save your money, Couldn't be worse, "
    "It could not have been worse, I would not recommend it, I wouldn't recommend this place to anyone, "
    "I would definitely not recommend this restaurant, I'd recommend it to nobody, I can't recommend it, "
    "I would warn all my friends, I would not go again, You should not go there, "
    "Nothing about this restaurant was special, It is even worse than before, It keeps getting worse, "
    "Not worth a penny, Not worth the trip, Not worth the wait, It fell short of our expectations, "
    "Worse than expected, We hated it, We had a terrible time, I would ask for my money back, "
    "One of the worst restaurants in the area, "
    "An unpleasant experience",
    turns=ENGLISH_NEGATION,
)
