"""Words by which clauses without a verb are told, in German and in English; see `model.text.telegrams`."""

from __future__ import annotations

from model.text.abbreviations import words
from model.text.clause_words import ADVERBS, CONJUNCTIONS, FINITE, PERSONS, PREPOSITIONS, SUBORDINATING, TOPICS

#: What reviews speak of, when nobody writes a sentence.
NOUNS = TOPICS | words(
    """team wirt wirtin mitarbeiter gastgeber leute publikum gäste wartezeit wartezeiten rechnung preisleistung
    preis-leistung preis-leistungs-verhältnis preisleistungsverhältnis musik lautstärke stimmung einrichtung deko
    toilette wc biergarten garten innenhof sauberkeit hygiene location parkplätze aussicht blick auswahl speisekarte
    qualität geschmack weine biere cocktail cocktails kaffee tee frühstück brunch buffet mittagstisch döner gyros
    burger schnitzel steak steaks pommes sushi salat salate suppe nachtisch dessert desserts kuchen eis fisch fleisch
    nudeln pasta reis soße vorspeise vorspeisen beilagen hauptgang lokal restaurant laden
    people crowd wines beers shake shakes waiters waitresses value bathrooms bathroom toilets patio view music decor
    interior vibe vibes selection quality taste coffee fries salad salads breakfast burgers place room bread soup fish
    meat noodles rice ambiance server servers host parking"""
)
#: Strengthens or weakens the word behind it, to which it belongs.
DEGREES = words(
    """sehr mega super total echt ziemlich etwas viel zu extrem richtig voll so ganz absolut wirklich recht eher leider
    nur sau ultra mehr wenig nicht very really so too bit quite super pretty absolutely a extremely rather not"""
)
#: End like adjectives in front of a noun and are none.
WHOLE = words(
    """lecker teuer sauber super sicher locker bitter mager immer leider wieder weiter klasse spitze spitzenmäßig prima
    okay sahne oberklasse müde hammer mittlere heute gerne alle besser leckerer schlechter teurer"""
)
#: Before another noun these are an amount of it, and behind one its place.
AMOUNTS, PLACES = words("portion portionen auswahl"), words("place room menu truck portion portions bar")
ARTICLES = words("der die das den ein eine einen the a an unser mein our my")
COPULAS = words("war waren ist sind was were is are")
#: With one of these a sentence is more than things and what they are like.
BLOCKERS = (
    (FINITE - COPULAS)
    | (PREPOSITIONS - {"zu", "und", "oder", "and", "or", "but"})
    | PERSONS
    | SUBORDINATING
    | words("its it's thats that's i'm im uns mir mich ihm ihn ihnen euch us me him them")
)
#: In front of a noun these say nothing of it.
UNDESCRIBING = ARTICLES | CONJUNCTIONS | ADVERBS | FINITE | words("gestern heute immer wieder auch was wie")
