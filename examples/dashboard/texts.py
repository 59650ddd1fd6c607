"""Every word and number that the page shows, in German and English."""

from datetime import date

from examples.dashboard.scheme import ASPECT_NAMES, SHOWN

LANGUAGES = ("de", "en")

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Was Ihre Gäste sagen", "What your guests say"),
    "eyebrow": ("Gästestimmen", "Guest reviews"),
    "skip": ("Zum Inhalt springen", "Skip to content"),
    "other_language": ("English", "Deutsch"),
    "script_needed": (
        "Ohne JavaScript aktualisiert sich die Seite nicht von selbst.",
        "Without JavaScript this page does not update by itself.",
    ),
    # Connection
    "state_connecting": ("Verbinde …", "Connecting …"),
    "state_live": ("Live", "Live"),
    "state_polling": ("Abfrage alle paar Sekunden", "Asking every few seconds"),
    "state_offline": ("Verbindung unterbrochen, neuer Versuch läuft", "Connection lost, trying again"),
    "arrived": ("Neue Bewertungen eingetroffen", "New reviews have arrived"),
    # Filter
    "filter": ("Filter", "Filter"),
    "restaurant_choice": ("Restaurant", "Restaurant"),
    "aspect_choice": ("Aspekt", "Aspect"),
    "polarity_choice": ("Urteil", "Judgement"),
    "all_restaurants": ("Alle Restaurants", "All restaurants"),
    "unnamed": ("Ohne Angabe", "Not named"),
    "all_aspects": ("Alle Aspekte", "All aspects"),
    "all_polarities": ("Alle Urteile", "All judgements"),
    "since": ("Von", "From"),
    "until": ("Bis", "To"),
    "export": ("Als CSV speichern", "Save as CSV"),
    "reset": ("Zurücksetzen", "Reset"),
    "apply": ("Anwenden", "Apply"),
    # Key figures
    "figures": ("Auf einen Blick", "At a glance"),
    "figure_positive": ("positive Urteile", "positive judgements"),
    "figure_reviews": ("Bewertungen", "reviews"),
    "figure_best": ("kommt am besten an", "is liked best"),
    "figure_worst": ("stört am meisten", "bothers most"),
    "too_few": ("zu wenige", "too few"),
    "one_aspect": ("nur ein Aspekt gewählt", "only one aspect chosen"),
    "one_polarity": ("nur ein Urteil gewählt", "only one judgement chosen"),
    # Aspects
    "aspects": ("Aspekte", "Aspects"),
    "aspects_hint": ("Ein Aspekt als Filter: Namen anklicken.", "Click a name to filter by that aspect."),
    "spread": ("Verteilung", "Distribution"),
    **ASPECT_NAMES,
    **{name: (shown.german, shown.english) for name, shown in SHOWN.items()},
    # Trend
    "trend": ("Verlauf", "Trend"),
    "trend_of": ("Anteil positiver Urteile", "Share of positive judgements"),
    "trend_day": ("pro Tag", "per day"),
    "trend_reviews": ("letzte 50 Bewertungen", "last 50 reviews"),
    "trend_reviews_hint": ("gleitend über je 10 Bewertungen", "moving over 10 reviews each"),
    "trend_day_hint": ("Tage nach Weltzeit (UTC)", "days in UTC"),
    "trend_empty": ("Noch keine Urteile für diese Auswahl.", "No judgements for this selection yet."),
    "trend_table": ("Werte als Tabelle", "Values as a table"),
    "trend_keys": ("Mit den Pfeiltasten durch die Werte gehen.", "Use the arrow keys to walk through the values."),
    "moment": ("Zeitpunkt", "Time"),
    # Reviews
    "newest": ("Neueste Stimmen", "Newest voices"),
    "no_match": ("Kein Satz passt zu diesem Filter.", "No sentence matches this filter."),
    "as_a_whole": ("Insgesamt", "As a whole"),
    "no_aspect": ("kein Aspekt erkannt", "no aspect found"),
    "unsure": ("unsicher", "unsure"),
    "fairly": ("ziemlich sicher", "fairly sure"),
    "sure_legend": (
        "gefüllt: mindestens 90 % sicher; umrandet: 70 bis 89 %; gestrichelt: unsicher",
        "filled: at least 90% sure; outlined: 70 to 89%; dashed: unsure",
    ),
    "truncated": ("gekürzt übertragen", "shortened on the way"),
    "sentences_missing": ("Die Sätze wurden nicht übertragen.", "The sentences were not sent."),
    # Comparison
    "compare": ("Vergleichen", "Compare"),
    "compare_title": ("Zwei im Vergleich", "Two side by side"),
    "compare_lead": (
        "Zwei Restaurants oder zwei Zeiträume, nach dem Anteil positiver Urteile.",
        "Two restaurants or two periods, by their share of positive judgements.",
    ),
    "compare_one": ("Links", "Left"),
    "compare_other": ("Rechts", "Right"),
    "compare_verdict": ("Links gegen rechts", "Left against right"),
    "compare_better": ("besser", "better"),
    "compare_worse": ("schlechter", "worse"),
    "compare_alike": ("kein klarer Unterschied", "no clear difference"),
    "compare_note": (
        "In Klammern, wo der Anteil in 95 von 100 Fällen liegt. Besser oder schlechter heißt, dass sich diese Bereiche"
        " nicht berühren; unter fünf Urteilen wird kein Anteil genannt.",
        "In brackets where the share lies in 95 of 100 cases. Better or worse means that these ranges do not meet;"
        " below five judgements no share is given.",
    ),
    "compare_same": ("Auf beiden Seiten steht dasselbe.", "Both sides are the same."),
    "compare_backwards": ("Ein Zeitraum endet, bevor er beginnt.", "A period ends before it begins."),
    "back": ("Zurück zur Übersicht", "Back to the overview"),
    # This is wrong
    "wrong": ("Das stimmt nicht", "This is wrong"),
    "wrong_right": ("Richtig ist", "It should be"),
    "wrong_choose": ("Bitte wählen", "Please choose"),
    "wrong_send": ("Korrigieren", "Correct it"),
    "wrong_cancel": ("Abbrechen", "Cancel"),
    "wrong_sending": ("Wird gesendet …", "Sending …"),
    "wrong_done": ("Danke, das ist korrigiert", "Thank you, this is corrected"),
    "none": ("nicht erwähnt", "not mentioned"),
    "corrected": ("korrigiert, war {}", "corrected, was {}"),
    "confirmed": ("bestätigt", "confirmed"),
    "wrong_gone": (
        "Kritiq hat diese Bewertung nicht mehr; sie lässt sich nicht mehr korrigieren.",
        "Kritiq no longer has this review; it can no longer be corrected.",
    ),
    "wrong_key": (
        "Kritiq nimmt den Schlüssel dieses Dashboards nicht an, oder ihm fehlt das Recht jobs:write.",
        "Kritiq does not accept this dashboard's key, or it lacks the scope jobs:write.",
    ),
    "wrong_refused": ("Kritiq nimmt die Korrektur nicht an: {}", "Kritiq does not take the correction: {}"),
    "wrong_no_key": (
        "Dieses Dashboard kann seinen Schlüssel für Kritiq nicht lesen. Es ist nichts korrigiert.",
        "This dashboard cannot read its key for Kritiq. Nothing is corrected.",
    ),
    "wrong_busy": (
        "Kritiq nimmt gerade nichts an. Es ist nichts korrigiert; bitte später noch einmal.",
        "Kritiq takes nothing just now. Nothing is corrected; please try again later.",
    ),
    "wrong_unknown": (
        "Es ist nicht bekannt, ob Kritiq es angenommen hat; bitte sagen Sie es noch einmal.",
        "It is not known whether Kritiq took it; please say it again.",
    ),
    "wrong_away": (
        "Kritiq ist gerade nicht zu erreichen. Es ist nichts korrigiert; bitte später noch einmal.",
        "Kritiq cannot be reached right now. Nothing is corrected; please try again later.",
    ),
    "wrong_not_here": (
        "Hier lässt sich nichts korrigieren. Von außen geht es nur mit einer Anmeldung.",
        "Nothing can be corrected here. From outside it takes a login.",
    ),
    # Login
    "login": ("Anmelden", "Log in"),
    "login_name": ("Name", "Name"),
    "login_password": ("Passwort", "Password"),
    "login_wrong": ("Name oder Passwort stimmt nicht.", "The name or the password is wrong."),
    "login_later": (
        "Zu viele falsche Versuche. Der nächste wird in {0} min angesehen.",
        "Too many wrong tries. The next one is looked at in {0} min.",
    ),
    "logout": ("Abmelden", "Log out"),
    # First steps
    "empty_title": ("Noch ist es still", "It is quiet here so far"),
    "empty_lead": (
        "Sobald Kritiq die erste Bewertung ausgewertet hat, erscheint sie hier von selbst.",
        "As soon as Kritiq has analysed the first review, it appears here by itself.",
    ),
    "empty_try": ("Probieren Sie es im Terminal aus:", "Try it in a terminal:"),
    "copy": ("Kopieren", "Copy"),
    "copied": ("Kopiert", "Copied"),
    "sample": (
        "Das Essen war super, aber der Service war leider langsam.",
        "The food was great, but the service was slow.",
    ),
    "check_secret": ("Webhook-Geheimnis", "Webhook secret"),
    "check_secret_yes": ("vorhanden", "present"),
    "check_secret_no": ("fehlt noch: KRITIQ_DASHBOARD_SECRET setzen", "missing: set KRITIQ_DASHBOARD_SECRET"),
    "check_address": ("Adresse für Webhooks", "Webhook address"),
    "check_contact": ("Letzte Nachricht von Kritiq", "Last message from Kritiq"),
    "never": ("noch keine", "none yet"),
    # Notices
    "disabled": (
        "Kritiq hat einen Webhook-Endpunkt abgeschaltet. Neue Bewertungen kommen vielleicht nicht mehr an.",
        "Kritiq has disabled a webhook endpoint. New reviews may no longer arrive.",
    ),
    "footer": ("Ausgewertet von Kritiq", "Analysed by Kritiq"),
}

#: Singular and plural; `{}` is the number.
COUNTED: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "judgements": (("{} Urteil", "{} Urteile"), ("{} judgement", "{} judgements")),
    "reviews": (("{} Bewertung", "{} Bewertungen"), ("{} review", "{} reviews")),
    "sentences": (("{} Satz", "{} Sätze"), ("{} sentence", "{} sentences")),
    "more": (("und {} weiterer Satz", "und {} weitere Sätze"), ("and {} more sentence", "and {} more sentences")),
    "unfinished": (
        ("{} Bewertung konnte nicht ausgewertet werden", "{} Bewertungen konnten nicht ausgewertet werden"),
        ("{} review could not be analysed", "{} reviews could not be analysed"),
    ),
    "characters": (("Zeichen {} bis {}", "Zeichen {} bis {}"), ("Characters {} to {}", "Characters {} to {}")),
}

MONTHS = (
    ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)

REVIEW_LANGUAGES = {"de": ("Deutsch", "German"), "en": ("Englisch", "English"), "fr": ("Französisch", "French")}

NBSP = "\N{NO-BREAK SPACE}"


class Words:
    """The words and formats of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._pick = LANGUAGES.index(lang)

    def __getitem__(self, key: str) -> str:
        return TEXTS[key][self._pick]

    def number(self, value: int) -> str:
        """1.234 or 1,234."""
        return f"{value:,}".replace(",", "." if self.lang == "de" else ",")

    def counted(self, key: str, *values: int) -> str:
        """One review, two reviews."""
        one, many = COUNTED[key][self._pick]
        return (one if values[0] == 1 else many).format(*map(self.number, values))

    def percent(self, part: int | float, whole: int | float = 1) -> str:
        """A share in whole percent. What is not nothing never reads 0, and what is not all never reads 100."""
        share = 100 * part / whole if whole else 0.0
        shown = "<1" if 0 < share < 1 else ">99" if 99 < share < 100 else str(round(share))
        return f"{shown}{NBSP}%" if self.lang == "de" else f"{shown}%"

    def day(self, moment: str) -> str:
        """The day of an ISO moment: 14. Nov. 2026 or 14 Nov 2026."""
        day = date.fromisoformat(moment[:10])
        dot = "." if self.lang == "de" else ""
        return f"{day.day}{dot}{NBSP}{MONTHS[self._pick][day.month - 1]}{NBSP}{day.year}"

    def language(self, code: str) -> str:
        """The name of a review's language; its code when we have no name."""
        return REVIEW_LANGUAGES[code][self._pick] if code in REVIEW_LANGUAGES else code
