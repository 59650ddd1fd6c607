"""Words with a full stop that end no sentence, beyond those that Punkt learned from newspapers."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())


#: Always followed by what they belong to: no sentence ends here. Lower case, without the last full stop.
LEADING = {
    "de": words(
        """z.b z.bsp bsp ca cca dr prof dipl ing mag nr tel mob evtl ev inkl incl exkl bzw ggf ggfs max maxi mind
        zzgl abzgl zzt z.zt z.t u.a.m d.h sog vgl s siehe st str hl fr hr hrn frl vlt vllt vllcht vmtl wahrsch eigtl
        ursprgl urspr bes insb insbes allg durchschn ø tägl wöchentl monatl tgl jährl mögl i.d.r i.d i.v.m i.s a.d o.g
        u.u e.v m.e dt deutschsp engl franz ital österr schweiz bayr gebr geb verh fam lt gem entspr betr bzgl
        hinsichtl einschl ausschl vorm nachm mo di mi do sa so jan feb febr mrz apr jun jul aug sep sept okt nov dez
        mitt al bspw b hbf bhf geschl versch verschied kap pos art anm
        mitt rd resp ung ungef schätzungsw tlw teilw mgl ausl fa co bzgl abt wg zb lfd abb bd ehem kl zi whg parkpl
        griech span türk chin jap russ poln asiat europ mediterr p.s ps insg def ggü ausgez hervorr angen vit n
        mittl hausgem selbstgem zus spez div gez
        """
    ),
    "en": words(
        """mr mrs ms dr prof st ste ave blvd rd sq mt ft approx appx e.g i.e eg ie vs no nos tel ext incl excl max
        est dept jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur thurs fri sr jr
        viz cf fig apt bldg w.r.t al p.s ps def sat sun veg temp avg
        """
    ),
}

#: May stand inside a sentence or close it ("20 Min. gewartet", "Wein usw. Der Service"): what follows decides.
CLOSING = {
    "de": words(
        """usw usf etc u.a u.v.m uvm u.s.w u.ä o.ä o.dgl min std sek stk stck pers p.p pp p.pers gr ltr
        fl gl port jh jhd mio s.o s.u a.m p.m v.a n.chr v.chr vorsp nachsp hauptsp beil lg mfg mwst
        og eg ug o.k i.o n.i.o rest m.m.n plv imho bolo empf reserv lauw res kelln
        """
    ),
    "en": words("etc a.m p.m hr hrs min mins sec lb lbs oz pp ppl inc co ltd u.s u.k o.k"),
}

#: Ends of compounds that are cut short: "Preis-/Leistungsverh.", "Sitzmögl.", "Goethestr.".
COMPOUNDS = ("verh", "mögl", "pl", "frdl", "freundl", "bürgerl", "str")

#: Of the English ones of `CLOSING`, those that any name may follow: "Johnson Inc. Diner", "the U.S. Navy".
NAMED = words("inc co ltd u.s u.k")
#: English words with a capital that belong to a time: "7 p.m. Sunday".
DAYS = words("monday tuesday wednesday thursday friday saturday sunday est pst cet")

#: Words that open sentences. Written with a capital after a doubtful full stop, they say that a new one begins.
OPENERS = {
    "de": words(
        """der die das dies diese dieser dieses dem den ein eine einen einem einer es er sie wir ich ihr du man mein
        meine unser unsere und aber oder doch denn dann danach dazu da dafür darum deshalb daher trotzdem dennoch jedoch
        sehr auch nur so als wenn weil obwohl während nach vor bei beim mit ohne für von vom zu zum zur zur im in am an
        auf aus leider insgesamt alles alle hier dort wer was wie wo warum kein keine nicht nie immer gerne gern
        super toll absolut fazit service bedienung essen preis preise ambiente lage personal kellner küche schade top
        würde werden haben hatten war waren ist sind kann können muss nächstes dafür einfach wirklich ganz schon noch
        endlich mehr beide beides zuerst zunächst außerdem ausserdem allerdings jedenfalls preislich geschmacklich
        atmosphäre
        """
    ),
    "en": words(
        """the a an this that these those it its he she we i you they there here my our your their and but or so then
        after before when while if because although however overall also all everything everyone what who how why
        where not no never always very great good nice best service food staff prices price drinks ambience atmosphere
        only once would will was were is are had have has for with at in on from to unfortunately
        """
    ),
}

#: Of these, what follows a noun as readily: its verb, what is said of it without one, and what joins it to more.
FOLLOWERS = words(
    """würde werden haben hatten war waren ist sind kann können muss super toll absolut top einfach wirklich ganz schon
    noch sehr auch nur nicht nie immer so als wie und aber oder doch wenn weil obwohl während nach vor bei beim mit ohne
    für von vom zu zum zur im in am an auf aus"""
)

#: Of these, the nouns, adjectives and verbs that are names or may follow an abbreviation: "Frau B. Schade".
NOUNS_OPENING = {
    "de": words(
        """fazit service bedienung essen preis preise ambiente lage personal kellner küche schade super toll absolut top
        gerne gern ganz kann noch alles atmosphäre preislich geschmacklich"""
    ),
    "en": words("will best great good nice service food staff prices price drinks ambience atmosphere all"),
}
#: Of `LEADING`, what closes a sentence as readily where a word that opens one, and is none of those, follows: days and
#: months, places, and what is said by the way.
ENDING = {
    "de": words(
        """mo di mi do fr sa so jan feb febr mrz apr jun jul aug sep sept okt nov dez hbf bhf str m.e evtl vllt vlt vmtl
        insg insb def allg max art zzt z.zt"""
    ),
    "en": words(
        """mon tue tues wed thu thur thurs fri sat sun jan feb mar apr jun jul aug sept sep oct nov dec ave blvd rd st
        sq jr sr max def"""
    ),
}

#: After "12." these continue the number ("am 3. Mai", "im 2. Stock").
MONTHS = words(
    """januar jänner februar feber märz maerz april mai juni juli august september oktober november dezember
    january february march may june july october december"""
)

#: After these a number counts or names and gives no order, so that its full stop may end the sentence ("Nr. 45.").
CARDINAL = words(
    """nr no nummer hausnr hausnummer tel telefon str tisch raum zimmer seite gericht menü plz haus kostet kosten
    kostete kosteten zahlten zahlte bezahlten bezahlte für von waren sind zu gegen note schulnote gesamtnote bewertung
    wertung sterne punkte"""
)
#: Ends of street names; a house number follows.
STREETS = ("straße", "strasse", "str", "gasse", "weg", "allee", "platz", "damm", "ufer", "ring")

#: What names a place in a street beside a number: "Bahnhofstr. Nr. 3", "Lindenstr. Ecke Markt".
IN_STREETS = words("nr hausnr ecke")

#: After these "2." is the second of something and no item of a list.
JOINING = words(
    """der die das dem den des im am zum zur vom beim ein eine einen einem einer eines jeder jede jedes jeden jedem und
    oder bis sowie unser unsere unseren unserem mein meine meinen meinem ihr ihre sein seine pro je nach vor ab seit nr
    no str tisch the a an and or to in on at my our their his her every each"""
)

#: Names that end in a mark, which ends no sentence where a small word goes on. Only a list tells them from what people
#: exclaim ("Hammer! war lecker", "Noch Fragen? war top"): reviews have no capitals behind most of their marks.
LOUD_NAMES = (
    "yahoo!", "jeopardy!", "joop!", "wham!", "chips ahoy!", "wer wird millionär?", "verstehen sie spaß?",
)  # fmt: skip
