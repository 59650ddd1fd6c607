"""Words by which clauses are told, in German and in English."""

from __future__ import annotations

from model.text.abbreviations import words

#: A clause begins at these, said of whatever came before.
CONJUNCTIONS = words(
    """und aber doch jedoch sondern denn weil dass obwohl wenn während sodass außer
    and but though although because while whereas however plus unfortunately"""
)
#: Behind these "while" is a time and begins nothing ("after a while the menu came").
A_WHILE = words("a the long short little good")
#: With a finite verb right behind they begin a clause; elsewhere they lie inside of one ("war leider kalt").
ADVERBS = words(
    """leider dann danach trotzdem allerdings dafür außerdem ausserdem zudem dazu deshalb daher nur insgesamt da hier
    dort dagegen hingegen nun jetzt später zuerst then also overall so yet"""
)
#: With a finite verb close behind, these are the subject of a new clause.
SUBJECTS = words(
    """der die das ein eine unser unsere mein meine ihr dieser diese dieses kein keine wir ich es er sie man alles beide
    the a an our my their this these that those it we i they he she you everything there no both"""
)
FINITE = words(
    """war waren ist sind hat hatte haben hatten wird wurde wurden werden kam kamen kommt kommen schmeckt schmeckte
    schmeckten gab gibt geht ging gehen gingen fand fanden finde finden kann können konnte konnten muss mussten musste
    lässt ließ ließen lag liegt stimmt stimmte stimmen kostet kostete bekam bekamen bekommt bekommen dauerte dauert
    macht machte passt passte passten wirkte wirkt sieht sah könnte würde würden sollte bin saßen sitzt sitzen fehlt
    fehlte gefiel gefällt bleibt blieb riecht roch bietet kümmert kümmerte lohnt
    was were is are has had have came comes come tasted tastes took takes felt feels looked looks got get gets will
    would can could should did does do made makes went loved liked found seemed seems cost costs waited left"""
)
#: Of these, English ones without an object: "the" behind them begins a subject ("the menu came the service was").
WITHOUT_OBJECT = words("came come comes went waited")
#: Behind these, "der" and "the" are no subject; a cut would tear the phrase.
PREPOSITIONS = words(
    """in im an am auf aus bei beim mit nach von vom zu zum zur für über um ohne durch gegen bis seit vor hinter unter
    neben zwischen wegen trotz statt als wie und oder
    of in on at to for with from by about over under near into after before than as like and or but"""
)
#: Behind a finite verb these are its subject, so that the phrase in front of it begins a clause ("für das Geld bekommt
#: man viel", but "der Tisch am Fenster war schön").
INVERTED = words("man wir ich es er sie")
#: Of the prepositions, those that begin no such phrase.
JOINING = words("als wie und oder")
#: What reviews speak of: with a finite verb behind ("service war langsam") a subject that needs no article.
TOPICS = words(
    """essen service bedienung personal kellner kellnerin preise preis ambiente atmosphäre lage wein bier küche
    portionen portion pizza speisen gerichte getränke toiletten terrasse karte wartezeit koch chef
    food staff prices price wine beer kitchen portions atmosphere ambience location waiter waitress drinks dishes
    menu"""
)
#: What a clause is the object or the condition of, or what it belongs to: behind these a subject begins no main clause.
SUBORDINATING = words(
    """dass daß ob wie weil wenn obwohl während sodass bis seit bevor nachdem damit als falls was warum
    sagte sagt meinte meint glaube denke dachte hoffe
    if because when although though that as than who which while since unless until what where how wish say says said
    think thought hope like told tell feel felt know knew guess"""
)
#: Subjects that are one word. The English ones of persons are left out: "the pizza we had" is no clause of its own.
PRONOUNS = words("ich wir er sie es man ihr wer it there")
#: Behind "das" or "the" these make a clause that belongs to what is before: "das Essen das wir hatten".
PERSONS = PRONOUNS | words("i we he she they you")
#: What may stand around a word.
EDGES = ".,;:!?…()[]\"'„“”»«-–—/|"
#: Marks behind a word that end a clause.
MARKS = frozenset(",;:!?….)|–—-")
