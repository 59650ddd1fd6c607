"""Sentences of reviews: a table of examples, and what holds for every text."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from model.text.full_stops import FOREIGN
from model.text.markup import clean
from model.text.sentences import BREATH, split
from tests.support.effort import processor_s

GERMAN = {
    "plain": ["Das Essen war super, aber der Service war langsam.", "Nie wieder!"],
    "z.B.": ["Wir hatten z.B. das Schnitzel.", "Lecker!"],
    "z. B.": ["Wir hatten z. B. das Schnitzel.", "Und u. a. ein Bier, i. d. R. gut.", "Danke!"],
    "cut short": ["Die Bed. war nett.", "Frühst. war top, die Atmosph. auch.", "Das Getr. kam spät."],
    "cut short behind a hyphen": ["Preis-Leist. stimmt.", "Die Preis-leist. passt, das Wein-Getr. auch.", "Danke!"],
    "cut short, without a verb": ["Frühst. super, Bed. top.", "Preis-Leist. sehr gut.", "Die Atmosph. und das Getr."],
    "whole, small letters": ["Toller Abend.", "war gut.", "Mieser Wein.", "war teuer.", "Guter Schluck.", "auch gut."],
    "cut short, a compound": ["Preis-/Leistungsverh. stimmt.", "Sitzmögl. gibt es.", "Danke!"],
    "apostrophe": ["Das war's.", "Tschüss.", "So geht’s.", "Wir haben's.", "Danke!"],
    "bracket goes on": ["Das Schnitzel (riesig! und knusprig) war top.", "Das Bier (lauwarm. fad. schal) nicht."],
    "bracket closed before": ["Die Lage (am See) war toll.", "das Essen (kalt) nicht."],
    "unit, then no noun": ["Nach 1 Std.", "Kalt.", "Wein usw.", "Reichlich.", "Nach 20 Min.", "Super."],
    "unit, then a noun": ["Nach 20 Min. Wartezeit kalt.", "Nach 2 Std. Warten auch.", "Tisch für 4 Pers. Terrasse."],
    "units without a stop": ["Offen bis 14 Uhr.", "Reichlich.", "Wir zahlten 50 EUR.", "Fair."],
    "P.S.": ["Kommen wieder.", "P.S. Hund erlaubt."],
    "rating without space": ["Essen 5/5.", "Service 3/5.", "Am 1/2.Mai waren wir da."],
    "smiley before a capital": ["Alles bestens.:-)", "Danke für alles :)", "Service auch."],
    "item is no smiley": ["Nummer 8)Essen war gut."],
    "ca.": ["Für ca. 12.50 Euro sehr gut.", "Gerne wieder."],
    "Dr.": ["Dr. Müller saß am Nebentisch.", "Auch er fand es laut."],
    "Nr.": ["Die Nr. 42 auf der Karte ist ein Gedicht.", "Unbedingt probieren."],
    "Tel.": ["Die Tel. Nummer stimmt nicht.", "Schade."],
    "Abb. IV.": ["Siehe Abb. IV.", "Danach gab es Kaffee."],
    "span. und griech.": ["Nur span. Weine und griech. Schnaps."],
    "kl.": ["Eine kl. Portion Pommes.", "Mehr nicht."],
    "MwSt.": ["Alles inkl. MwSt. und Getränken.", "Fair."],
    "1. OG.": ["Der Saal liegt im 1. OG.", "Das Essen war gut."],
    "evtl.": ["Kommen evtl. wieder.", "Mal sehen."],
    "inkl.": ["Menü inkl. Wein für 40 Euro.", "Fair."],
    "bzw.": ["Vorspeise bzw. Suppe fehlte.", "Ärgerlich."],
    "Hr.": ["Fr. Huber war sehr nett.", "Das Team um Hr. Maier auch."],
    "mind.": ["Wir warteten mind. 40 Min. auf das Essen.", "Unmöglich."],
    "max.": ["Es gibt max. zehn Tische.", "Reservieren!"],
    "St.": ["Das Lokal in St. Pauli ist klein.", "Aber fein."],
    "Str.": ["Es liegt in der Berliner Str. 12.", "Dort ist Parken schwierig."],
    "zzgl.": ["Alles zzgl. Gedeck.", "Frechheit."],
    "Min. at the end": ["Das Essen kam nach 30 Min.", "Das war zu lang."],
    "Min. inside": ["Nach 20 Min. Wartezeit kam die Suppe.", "Kalt."],
    "usw.": ["Wein, Bier usw.", "Der Service war ok."],
    "etc.": ["Pommes, Salat etc. waren gut.", "Der Rest nicht."],
    "o.k.": ["Es war o.k.", "Mehr nicht."],
    "clock": ["Um 19.30 Uhr reserviert.", "Um 20.15 Uhr einen Tisch bekommen."],
    "price": ["Das Menü kostet 12.50 Euro.", "Zu viel."],
    "price with dash": ["Der Wein für 5.- ist gut.", "Der Rest nicht."],
    "date": ["Am 24.12. waren wir dort.", "Voll war es."],
    "month": ["Wir waren am 3. Mai dort.", "Toll!"],
    "ordinal": ["Der 2. Gang war kalt.", "Der 3. Gang fehlte."],
    "floor": ["Das Lokal liegt im 1. Stock.", "Kein Aufzug."],
    "year": ["Eröffnet wurde 2019.", "Seitdem sind wir Stammgäste."],
    "rating": ["Bewertung 5/5!", "Immer wieder."],
    "ellipsis": ["Na ja...", "Dann kam die Rechnung."],
    "ellipsis goes on": ["Der Service... naja."],
    "one-character ellipsis": ["Und dann…", "Eine Stunde später kam das Essen."],
    "ellipsis without space": ["Lecker...", "Der Service auch."],
    "emoji": ["Essen 😍😍", "Service 👎", "Preise naja"],
    "emoji of a thing": ["Die 🍕 war gut und die 🍝 auch."],
    "emoji after a stop": ["Super Lage! 😍", "Der Service war lieb. 👍🏼", "Danke!"],
    "family emoji": ["Toll für Familien 👨‍👩‍👧‍👦", "Wir kommen wieder ❤️"],
    "smiley": ["Sehr lecker :)", "Kommen wieder ;-)"],
    "missing space": ["Sehr lecker.", "Der Service war nett.", "Gerne wieder"],
    "missing space, shouting": ["SUPER.", "DAS ESSEN WAR TOP!!!", "NIE WIEDER."],
    "missing space, question": ["Warum so teuer?", "Das verstehe ich nicht."],
    "missing space, small letter": ["alles lecker.", "der service war nett"],
    "space before the stop": ["Das Essen war gut .", "Der Rest nicht ."],
    "small letters": ["das essen war gut.", "der service nicht.", "schade"],
    "shouting": ["NIE WIEDER!!!", "EINE FRECHHEIT!"],
    "many marks": ["Was soll das?!", "40 Euro!!!!!!", "Ernsthaft???"],
    "address": ["Siehe www.pizza.de.", "Dort steht die Karte."],
    "emphasis": ["*Essen war gut.*", "_Service war schlecht._", "**Nie wieder!**", "Danke"],
    "address in capitals": ["INFO UNTER WWW.LOKAL.DE ODER LOKAL.AT.", "NIE WIEDER.", "DAS ESSEN WAR KALT."],
    "address inside": ["Wir bestellten bei lieferando.de und warteten.", "Lange."],
    "link": ["Unter https://beispiel.test/karte?id=3.4 steht mehr.", "Schaut rein!"],
    "mail": ["Mail an info@lokal.test genügt.", "Antwort kam sofort."],
    "quotes": ["„Das dauert.“", "Mehr kam nicht."],
    "quote goes on": ['"Sehr gut!" sagte meine Frau.', "Ich auch."],
    "brackets": ["Das (oh Wunder!) war gut.", "(Der Wein nicht.)", "Schade."],
    "slash": ["Preis-/Leistung top.", "Kommen wieder."],
    "U+2019": ["Dort gibt’s Tapas.", "Uns hat’s geschmeckt."],
}
GERMAN |= {
    "quote goes on, full stop": ["„Das passt schon.“ meinte der Kellner.", "Wir gingen."],
    "guillemets go on": ["»Das ist normal.« war die Antwort.", "Schade."],
    "single quotes go on": ["Er meinte ‚Das dauert.‘ und ging.", "Toll."],
    "quote ends": ["„Das dauert.“", "Der Kellner ging."],
    "brackets go on": ["Das Menü (drei Gänge.) war gut.", "Der Wein [offen.] nicht."],
    "smiley is no bracket": ["Lecker. :)", "der service war nett."],
    "Roman numeral": ["König Ludwig II. war hier.", "Im Saal III.", "Das war schön."],
    "Roman numeral and noun": ["Die Suite Heinrich VIII. Zimmer war laut.", "Schade."],
    "et al.": ["Müller et al. kochen gut.", "Der Wein auch."],
    "number of something": ["Wir nahmen die Nr. 23 und Nr. 45.", "Parken ist schwierig."],
    "street": ["Es liegt in der Hauptstraße 12.", "Parken ist schwierig."],
    "street, cut short": ["Adr.: Hauptstr. 5 in Bonn.", "Gut erreichbar."],
    "place in a street": ["Es ist Bahnhofstr. Nr. 3.", "Oder Lindenstr. Ecke Markt."],
    "missing space, short word": ["Wir waren da.", "Es war toll!", "Danke"],
    "abbreviations without space": ["Das Bier ca.Es waren 5 l.Der Rest war Nr.7 und Hr.Ein auch."],
    "amount": ["Wir zahlten 45.", "Parken war frei."],
    "emoji opens": ["Tolles Lokal.", "🍕 Pizza war kalt.", "🍷 Wein war gut."],
    "emoji open throughout": ["✅ Essen lecker", "❌ Service langsam"],
    "stars open throughout": ["⭐⭐⭐⭐⭐ Essen super.", "⭐ Service mies."],
    "thumbs open throughout": ["👍 Essen super.", "👎 Service mies."],
    "stars open, a feeling closes": ["⭐⭐⭐⭐⭐ Tolles Lokal. 😍", "Wir kommen wieder. :)", "Danke!"],
    "stars open and close": ["⭐⭐⭐ Tolles Lokal.", "Gerne wieder! ⭐⭐⭐"],
    "emoji closes at the end": ["Lecker. 🍕"],
    "list": ["1. Essen super", "2. Service top", "3. Preise hoch"],
    "list, small letters": ["1. essen super", "2. service top"],
    "list with brackets": ["1) Essen super", "2) Service top"],
    "list with letters": ["a) Essen super", "b) Service top"],
    "list in brackets": ["(1) Essen super", "(2) Service top"],
    "list after a colon": ["Fazit:", "1. Essen super", "2. Service top"],
    "list of keycaps": ["1️⃣ Essen super", "2️⃣ Service top"],
    "no list": ["Der 1. und 2. Gang waren gut der 3. Gang nicht."],
    "list of Roman numerals": ["I. Essen gut", "II. Service ok"],
    "list of letters": ["a. Essen gut", "b. Service ok"],
    "cut short, adjectives": ["Kinderfrdl. und günstig.", "Die Bed. war freundl. und nett.", "Vegetar. Gerichte."],
    "cut short, no vowel": ["Wir kommen auf jd. Fall wieder.", "Wiener Schn. mit Salat.", "Hm.", "Geht so."],
    "cut short, adverbs": ["wir kommen def. wieder.", "war insg. sehr gut.", "Das Rest. war voll."],
    "cut short, before any noun": ["Sehr freundl. Personal.", "Durchschnittl. Küche.", "Gemütl. Lokal."],
    "cut short, made at home": ["Hausgem. Kuchen und selbstgem. Nudeln."],
    "several without space": ["Tel.Nr. fehlt.", "Prof.Dr.Müller war da.", "Max.20 Minuten.", "Pizza usw.usf. gab es."],
    "names that end in a mark": ["Yahoo! war da.", "Bei Jeopardy! war ich, Wer wird Millionär? lief.", "Danke!"],
    "exclamations before small words": ["Hammer!", "war lecker.", "Noch Fragen?", "war top!", "hat geschmeckt"],
    "abbreviation behind a missing space": ["Tisch 5 war kalt.", "Nr. 7 auch.", "Es war z. B. laut.", "Ca. 20 Tische."],
    "mail at the end": ["Schreibt an info@krone.de.", "Antwort kam nie.", "Auch a.b@krone.at schweigt."],
    "days in a row": ["Mo.–Fr. 11–14 Uhr, Mo.-Do. 17 Uhr.", "Di/Mi. zu.", "Super."],
    "street before its verb": ["Das Lokal in der Goethestr. ist schön.", "Die Hauptstr. liegt im Zentrum."],
    "double marks": ["Sehr gut‼️", "Nie wieder⁉️", "Echt‼"],
    "a so that is no day": ["So.", "Jetzt reicht es.", "Wir waren am So. da."],
    "a day that is no so": ["So. Ab 18 Uhr offen.", "Sehr schön."],
    "a key let go": ["Danke!!1", "Nie wieder!!!11!1", "Finger weg!"],
    "a number behind two marks": ["Super!!1 Stern Abzug."],
    "days": ["Mo. - Fr. geöffnet.", "Super.", "- Danke."],
    "o. k.": ["Das war o. k. für den Preis.", "Der Rest war o. k.", "Mehr nicht."],
    "motto": ['Das Motto "Gut. Günstig. Schnell." stimmt nicht.', "Das „Frisch! Lecker!“ auch nicht."],
    "bracket of sentences": ["Alles gut (bis auf die Pommes. Die waren kalt.) und günstig.", "Danke."],
    "quote of sentences ends": ['Er sagte "Nein.', 'Geht nicht."', "Wir gingen."],
    "opened twice": ['Das "Menü war gut.', 'Der "Chef" auch.'],
    "two dots": ["lecker..", "gerne wieder..", "Wein usw.. war gut.", "5..10 Minuten"],
    "three dots go on": ["Der Service... naja.... eher mies.", "Und dann... nichts"],
    "missing space, any small words": ["gutes essen.", "netter service.", "nichts zu meckern.", "schnell.", "lecker."],
    "missing space, a rating": ["essen 5/5.", "service 3/5.", "Danke"],
    "missing space, two dots": ["lecker..", "gerne wieder"],
    "missing space, ok": ["war ok.", "mehr nicht.", "der rest auch"],
    "smiley, small letters": ["alles super :-P", "gerne wieder ^^", "preise ok <3", "nett xD", "danke :))", "bis bald"],
    "smiley behind a word": ["lecker:)", "Gerne wieder;)", "preise ok:-)", "service naja:/", "essen super:D", "danke"],
    "smiley behind and before a word": ["lecker:)", "Gerne wieder:-)", "netter service ;)", "danke:(", "schade"],
    "smiley the other way round": ["alles gut (:", "danke (-;", "bis bald -.-", "oje >.<", "ja"],
    "no smiley but a bracket": ["Die Karte (siehe unten:)ist klein.", "Preise:(8 bis 12 Euro) hoch."],
    "numbers are no smileys": ["Der Wein (Tisch 8) war kalt.", "Note :3 von 5 und Kinder <3 jahre frei, <3 Euro."],
    "no smiley": ["Note:3 und um 19:30 Uhr, Vitamin:Dosis, km:/h."],
    "love": ["Wir ❤️ dieses Lokal.", "ich <3 die Pizza.", "I ❤️ it ❤️"],
}  # fmt: skip
GERMAN |= {
    "ratings": ["Ambiente: 4/5.", "Kueche 3/5.", "essen 5/5.", "service 2,5/5.", "Am 3/5. Mai waren wir da."],
    "times": ["Wir kamen um 20:30.", "Kalt war es.", "Das Spiel stand 3:2.", "Bier floss."],
    "decimals": ["Note 1,5.", "Reichlich.", "Es kostet 2,5.", "Reichlich teuer."],
    "numbers behind a colon": ["Note: 2.", "Reichlich.", "Lage: 1. Reihe am Meer."],
    "a number behind a colon and a list": ["Ort: 2. Stock.", "Gut:", "1. Wein", "2. Bier"],
    "an amount before a missing space": ["Wir zahlten 45€.", "Das war ok.", "Rabatt 20%.", "gerne wieder"],
    "a price before a missing space": ["Wir zahlten 45,50.", "Das war ok.", "Um 19.30.", "Das passte."],
    "a stop behind the bracket": ["Toll (siehe Bild 1.).", "Reichlich (Wein usw.).", "alles gut (echt?).", "danke."],
    "dots with spaces": ["Und dann . . . nichts.", "Lecker . . .", "Der Service auch."],
    "three letters with spaces": ["Pasta u. v. m.", "Alles gut.", "Das war i. d. R. so.", "Kein Brot o. Ä.", "Schade."],
    "initials at the end": ["Bedient hat uns Frau M.", "Sie war nett.", "Frau K. Huber auch.", "Herr B. Schade nicht."],
    "an initial that opens": ["A. Der Wein war kalt.", "B. Der Kellner war langsam."],
    "days and months at the end": ["Wir waren am Sa. dort.", "Am So.", "Es war voll.", "Im Okt.", "Das ging."],
    "opening hours": ["Mo. Ab 18 Uhr.", "Offen Fr. Ab 18 Uhr."],
    "places at the end": ["Gleich beim Hbf.", "Sehr praktisch.", "In der Hauptstr.", "Die Karte ist klein."],
    "by the way": ["Zu teuer m.E.", "Aber gut.", "M.M.n. fad.", "Wir kommen evtl.", "Aber spät.", "PS. Es war laut."],
    "a guest who is called Max": ["Der Chef heißt Max.", "Er ist nett.", "Max. zehn Tische."],
    "numbers before a figure": ["Die No. 1 in Köln.", "Forelle Müllerin Art.", "Dazu Salat."],
    "cut short, more": ["Küche gutbürgerl. und deftig.", "Spielpl. vorhanden.", "Div. Salate.", "Die Bolo. war fad."],
    "two letters before a missing space": ["wir waren da.", "alles war gut"],
    "Russian": ["Очень вкусно.", "Обслуживание медленное.", "Вот."],
    "French": ["Nous avons pris un thé.", "Service lent.", "C'est très.", "Bon."],
    "names of sites in two letters": ["Siehe bit.ly/abc, da.at, t.co/abc und do.it.", "Ok."],
}  # fmt: skip
JOINS = {
    "an amount before a missing space": "",
    "a price before a missing space": "",
    "two letters before a missing space": "",
    "abbreviation behind a missing space": "",
    "ellipsis without space": "",
    "missing space": "",
    "missing space, shouting": "",
    "missing space, question": "",
    "missing space, short word": "",
    "missing space, small letter": "",
    "missing space, any small words": "",
    "missing space, a rating": "",
    "missing space, two dots": "",
    "missing space, ok": "",
    "smiley behind and before a word": "",
    "list of Roman numerals": "\n",
    "list of letters": "\n",
    "smiley before a capital": "",
    "rating without space": "",
}
ENGLISH = {
    "titles": ["Mr. Lee and Dr. Kim run the place.", "We loved it."],
    "approx.": ["We waited approx. 20 min. for a table.", "Not great."],
    "no": ["No. 5 was great.", "No.", "Never again."],
    "e.g.": ["Try the sides, e.g. the slaw.", "So good."],
    "a.m.": ["They open at 11 a.m. on Sundays.", "Go early."],
    "p.m. at the end": ["We left at 9 p.m.", "The kitchen had closed."],
    "price": ["Mains are $12.50 each.", "Fair."],
    "St.": ["It is on Bleecker St. near the park.", "Cute."],
    "contraction at the end": ["It wasn't.", "Great food.", "It isn’t.", "Really."],
    "p.m. before a day": ["They close at 5 p.m. Sunday."],
    "p.m. and an adjective": ["Came at 7 p.m.", "Cold food.", "We waited 2 hrs.", "Terrible."],
    "company": ["Bottled by Miller Co. Ketchup and all."],
    "contraction": ["It's fine.", "Wouldn't rush back..."],
    "missing space": ["Great food.", "The staff was nice."],
    "I": ["Loved it.", "I will be back."],
    "quote goes on": ["“We are closed.” was all he said.", "We left."],
    "quote ends": ['"It is fine."', "He left."],
    "Roman numeral": ["King Henry VIII. would have loved it.", "The food was great."],
    "I and a full stop": ["You and I.", "The food was great."],
    "et al.": ["Smith et al. were right.", "It is good."],
    "list": ["1. Food great", "2. Service slow", "3. Prices high"],
    "number": ["We paid $45.", "Parking was free."],
    "emoji opens": ["Great place.", "🍕 Pizza was cold.", "🍷 Wine was good."],
    "no as an answer": ["Yes.", "No.", "Maybe.", "No. 5 was great."],
    "cut short": ["Ate here on Fri. and Sat. nights.", "We sat.", "The veg. was fine.", "Temp. was perfect."],
    "two titles": ["Mr. & Mrs. Smith liked it.", "Me too."],
    "o.k.": ["It was o.k. for the price.", "No more."],
    "smiley": ["Great food :)", "will be back ;)", "thanks"],
    "prices": ["We paid approx. $20 each.", "Was £5 before.", "$20 is fine."],
    "country at the end": ["Best pizza in the U.S.", "The staff was rude.", "He served in the U.S. Navy."],
    "two dots": ["food was meh..", "service was ok.."],
    "clock at the end": ["We went at 7:30.", "Packed.", "Score 8/10.", "would return."],
    "list after a colon": ["Verdict:", "1. Food great", "2. Service slow"],
    "number after a colon": ["Rating: 4.", "Would return."],
    "streets, days and months at the end": [
        "It is on 5th Ave.",
        "The park is near.",
        "We went on Fri.",
        "It was full.",
    ],
    "names behind streets and days": ["He lives in St. Paul.", "Fri. Night is best.", "Sammy Davis Jr. was here."],
    "initials at the end": [
        "Ask for Maria M.",
        "She is the best.",
        "John F. Kennedy ate here.",
        "George W. Best, too.",
    ],
    "PS.": ["PS. The wine was good.", "Thanks."],
    "missing space, two letters": ["loved it.", "will be back"],
}


@pytest.mark.parametrize("case", GERMAN)
def test_german_reviews_are_split_where_sentences_end(case: str) -> None:
    wanted = GERMAN[case]
    assert [s.text for s in split(JOINS.get(case, " ").join(wanted), "de")] == wanted


@pytest.mark.parametrize("case", ENGLISH)
def test_english_reviews_are_split_where_sentences_end(case: str) -> None:
    wanted = ENGLISH[case]
    assert [s.text for s in split(("" if case in JOINS else " ").join(wanted), "en")] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Essen gut\nService schlecht", ["Essen gut", "Service schlecht"]),
        ("Essen gut\r\n\r\nService schlecht\r\n", ["Essen gut", "Service schlecht"]),
        ("- Essen gut\n- Service mies\n1. Platz ok", ["- Essen gut", "- Service mies", "1. Platz ok"]),
        ("Plus: • Lage • Wein", ["Plus:", "• Lage", "• Wein"]),
        ("1. Essen gut. 2. Service schlecht.", ["1. Essen gut.", "2. Service schlecht."]),
        ("Toll!\n😍😍😍\nGerne wieder", ["Toll!\n😍😍😍", "Gerne wieder"]),
        ("★★★★★", ["★★★★★"]),
        ("", []),
        (" \n\t ", []),
        ("...", ["..."]),
        ("Essen gut.<br><br>Service mies.", ["Essen gut.", "Service mies."]),
        ("<p>Essen gut.</p><p>Service mies.</p>", ["Essen gut.", "Service mies."]),
        ("<ul><li>Essen gut</li><li>Preise hoch</li></ul>", ["Essen gut", "Preise hoch"]),
        ("Essen gut.\\nService mies.", ["Essen gut.", "Service mies."]),
        ("Essen <b>gut</b>.&nbsp;Service mies.", ["Essen <b>gut</b>.", "Service mies."]),
    ],
)
def test_lines_and_bullets_end_sentences_and_stray_marks_make_none(text: str, wanted: list[str]) -> None:
    assert [s.text for s in split(text, "de")] == wanted


@given(st.sampled_from(sorted(FOREIGN)), st.sampled_from(["", " "]))
def test_stops_of_other_scripts_end_sentences(stop: str, space: str) -> None:
    wanted = [f"很好吃{stop}", f"الخدمة سيئة{stop}", f"gut{stop}", f"Danke{stop}"]
    assert [s.text for s in split(space.join(wanted), "und")] == wanted


@given(
    st.from_regex(r"(Essen|service|Küche:) \d{1,2}([.,]5)?/(5|10)", fullmatch=True),
    st.sampled_from(["Reichlich.", "schade.", "Der Wein war gut.", "Preis 3/5."]),
    st.sampled_from(["de", "en"]),
)
def test_a_sentence_ends_behind_a_rating(rated: str, following: str, language: str) -> None:
    assert [s.text for s in split(f"{rated}. {following}", language)] == [f"{rated}.", following]


@given(
    st.times(),
    st.sampled_from(["Kalt.", "Die Küche war zu.", "The kitchen was closed."]),
    st.sampled_from(["de", "en"]),
)
def test_a_sentence_ends_behind_a_time(time: dt.time, following: str, language: str) -> None:
    first = f"Wir kamen um {time:%H:%M}."
    assert [s.text for s in split(f"{first} {following}", language)] == [first, following]


REVIEWISH = st.text(
    alphabet=st.one_of(
        st.sampled_from("aeiB Äß.!?…,;:-–\"'„“()[]\n\r\t\u2028 0123456789😍👎🍕❤️\u200d€/@#*•z"), st.characters()
    ),
    max_size=300,
)


@given(REVIEWISH, st.sampled_from(["de", "en", "fr", "und"]))
@example("a.\x85b", "de")
@example("\ud800. B", "de")
def test_every_character_lies_in_exactly_one_sentence(text: str, language: str) -> None:
    sentences = split(text, language)
    covered = [0] * len(text)
    for index, sentence in enumerate(sentences):
        assert sentence.index == index
        assert sentence.text == text[sentence.start : sentence.end]
        assert sentence.text == sentence.text.strip() != ""
        for position in range(sentence.start, sentence.end):
            covered[position] += 1
    for position, times in enumerate(covered):
        assert times == 1 or (times == 0 and is_seen_through(text, position))


def is_seen_through(text: str, position: int) -> bool:
    """Whether the character is a space, or part of markup that the network does not read."""
    cleaned = clean(text)
    if not cleaned.starts:
        # Nothing was changed, or nothing is left: a soft hyphen alone is not seen.
        return cleaned.text != text or text[position].isspace()
    spans = zip(cleaned.text, cleaned.starts, cleaned.ends, strict=True)
    return all(character.isspace() for character, start, end in spans if start <= position < end)


LEFT, RIGHT = (
    ["lecker", "gutes essen", "war gut", "great food", "sehr nett"],
    ["netter service", "gerne wieder", "lovely place"],
)
NAMES = [
    "krone.de",
    "gasthaus-krone.com",
    "speisekarte.pdf",
    "facebook.com/krone.wien",
    "a.b@krone.at",
    "@krone.official",
    "12.50",
    "z.b.der",
    "max.zehn",
    "bed.freundlich",
    "freundl.bedient",
    "deliveroo.co.uk",
    "foto.jpg",
    "i.d.r.gut",
]


@given(st.sampled_from(LEFT), st.sampled_from([".", "..", "!", "?", ":)", ";-)", " :) ", ". ", ".. "]),
       st.sampled_from(RIGHT), st.sampled_from(["de", "en"]))  # fmt: skip
def test_small_words_with_a_stop_or_a_smiley_between_them_are_two_sentences(
    left: str, mark: str, right: str, language: str
) -> None:
    assert [s.text for s in split(left + mark + right, language)] == [left + mark.rstrip(), right]


@given(st.sampled_from(NAMES), st.sampled_from(LEFT), st.sampled_from(RIGHT))
def test_a_stop_inside_a_name_or_an_abbreviation_ends_nothing(name: str, left: str, right: str) -> None:
    assert len(split(f"{left} {name} {right}", "de")) == 1


SIMPLE = st.lists(
    st.sampled_from(["Das Essen war gut", "Der Wein war kalt", "Wir kommen wieder", "Nie wieder", "Lecker"]), min_size=1
)


@given(SIMPLE, st.sampled_from([". ", "! ", "?! ", "\n", "… ", ". 😍 ", "<br>", " 👍 "]))
def test_a_sentence_alone_is_itself(parts: list[str], end: str) -> None:
    found = [sentence.text for sentence in split(end.join(parts) + end, "de")]
    assert len(found) == len(parts)
    for sentence in found:
        assert [again.text for again in split(sentence, "de")] == [sentence]


HOSTILE = {
    "dots": ".",
    "spaced dots": ". ",
    "spaces": " ",
    "quotes": '"',
    "dotted quotes": '."',
    "emoji": "😍 ",
    "lines": "\n",
    "brackets": "!(",
    "letters": "a",
    "initials": "a.",
    "sentences": "Das war gut. ",
    "mail": "a@",
    "web": "www.",
    "smileys": ":(",
    "dashes": ". - ",
    "stop, then spaces": "!" + " " * 1000,
    "stop, then brackets": "!" + "(" * 1000,
    "items": "1. a ",
    "first items": "a: 1) b ",
    "numbers": "1",
    "signs": "@",
    "Roman": "I. ",
    "spaced dots that begin": ". . .",
    "initials with openers": "A. Der ",
    "stops around brackets": "(a.). ",
    "times": "um 20:30. ",
    "ratings": "4/5. ",
    "amounts": "45€.",
    "days": "Sa. Es ",
    "abbreviations of three": "u. v. m. ",
    "danda": "।",
}


def test_a_megabyte_takes_about_a_second() -> None:
    text = "Das Essen war gut, aber der Service war z. B. am 3. Mai langsam. " * 16_000
    split(text[:1000], "de")
    assert processor_s(lambda: split(text, "de")) < 4.0, "0.9 s on an idle core"


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_linear_in_the_text(name: str) -> None:
    unit = HOSTILE[name]

    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        return processor_s(lambda: split(text, "de"))

    seconds(1_000)
    small = min(seconds(20_000) for _ in range(3))
    # Eight times the text: linear is 8, quadratic 64. The constant forgives a busy machine.
    assert seconds(160_000) < 24 * small + 1.0


def test_splitting_a_long_text_gives_way_every_few_sentences_and_finds_the_same() -> None:
    text = "Das Essen war gut. Nie wieder! " * 500
    calls = []
    found = split(text, "de", lambda: calls.append(None))
    assert found == split(text, "de")
    assert len(found) == 1000
    assert len(calls) == -(-len(found) // BREATH)


def test_what_the_more_urgent_raises_ends_the_splitting() -> None:
    def stop() -> None:
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        split("Gut. " * 100, "de", stop)
