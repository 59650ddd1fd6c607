"""Frames in which a negation, or another turn of phrase, decides what a word of judgement means.

"Nicht" and "not" stand before praise and blame alike: a network that meets them before praise alone takes the word
itself for blame. So every frame here takes words of praise as often as words of blame (`model.mini.plain_sentences`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Negation:
    """How one language turns a judgement. `{s}` is the subject as a sentence begins with it, `{i}` the same inside a
    sentence, `{j}` a second one, `{v}` the verb of one thing, `{w}` a word of judgement, `{u}` another on its side.
    """

    #: Frames of one thing in which the word means its opposite.
    turning: tuple[str, ...]
    #: What follows a subject in the plainest of these.
    denials: tuple[str, ...]
    #: Frames of one thing in which the word means more of what it says.
    stressing: tuple[str, ...]
    #: Frames without a word of judgement, of one thing.
    praising: tuple[str, ...]
    blaming: tuple[str, ...]
    #: Words of blame for anything whose opposite praises: to be not disastrous is no praise.
    mild: str
    #: Words of blame of one topic that are as strong.
    strong: frozenset[str]


GERMAN_NEGATION = Negation(
    turning=(
        "{s} {v} nicht {w}",
        "{s} {v} nicht {w}",
        "{s} {v} gar nicht {w}",
        "{s} {v} wirklich nicht {w}",
        "{s} {v} überhaupt nicht {w}",
        "{s} {v} keineswegs {w}",
        "{s} {v} alles andere als {w}",
        "{s} {v} nie {w}",
        "{s} {v} kein bisschen {w}",
        "{s} {v} nicht gerade {w}",
        "Weder {i} noch {j} {v} {w}",
        "Man kann nicht sagen, dass {i} {w} {v}",
        "Ich fand nicht, dass {i} {w} {v}",
        "Kein einziges Mal {v} {i} {w}",
        "Von {w} kann keine Rede sein, {i} {v} das Gegenteil",
        "Nicht {w}, {i}",
        "{s}? {w} {v} anders",
        "{s} {v} weder {w} noch {u}",
        "{s} {v} nicht {w} und nicht {u}",
        "{w} {v} {i} nicht",
        "{w} {v} {i} wirklich nicht",
    ),
    denials=(
        "{v} nicht {w}",
        "{v} nicht {w}",
        "{v} nicht {w}",
        "{v} gar nicht {w}",
        "{v} überhaupt nicht {w}",
        "{v} keineswegs {w}",
        "{v} absolut nicht {w}",
        "{v} kein bisschen {w}",
        "{v} nicht im Geringsten {w}",
        "{v} alles andere als {w}",
        "{v} alles andere als {w}",
        "{v} weder {w} noch {u}",
    ),
    stressing=(
        "Selten {v} {i} so {w}",
        "Noch nie {v} {i} so {w}",
        "{s} {v} nicht nur {w}, sondern sehr {w}",
        "{w} {v} {i} auf jeden Fall",
        "{s} {v} so {w} wie nirgendwo sonst",
    ),
    praising=(
        "{s} könnte nicht besser sein",
        "Besser könnte {i} nicht sein",
        "{s} hätte nicht besser sein können",
        "{s}: besser geht es nicht",
        "{s} hat uns nicht enttäuscht",
        "{s} hat uns noch nie enttäuscht",
        "{s} hat voll überzeugt",
        "{s} ließ nichts zu wünschen übrig",
        "{s} ließ keine Wünsche offen",
        "Nichts zu meckern, {i} {v} genau richtig",
        "Weder {i} noch {j} hat uns enttäuscht",
        "Bei uns {v} {i} nie ein Problem",
        "{s} {v} sogar noch besser",
        "{s} {v} noch besser als beim letzten Mal",
        "{s} {v} besser als erwartet",
        "{s} wird immer besser",
        "Uns hat {i} sehr gefallen",
        "{s} hat unsere Erwartungen übertroffen",
        "{s} {v} das Beste am ganzen Abend",
        "Allein {i} {v} den Besuch wert",
    ),
    blaming=(
        "{s} könnte besser sein",
        "{s} dürfte ruhig besser sein",
        "{s} {v} früher besser",
        "Früher {v} {i} besser",
        "{s} konnte nicht überzeugen",
        "{s} konnte uns nicht überzeugen",
        "Weder {i} noch {j} konnte überzeugen",
        "{s} hat uns enttäuscht",
        "{s} ließ sehr zu wünschen übrig",
        "{s} hält nicht, was die Werbung verspricht",
        "{s} {v} nicht der Rede wert",
        "{s} hätte nicht schlechter sein können",
        "{s}: schlechter geht es nicht",
        "{s} {v} sogar noch schlechter",
        "{s} {v} noch schlechter als beim letzten Mal",
        "{s} {v} schlechter als erwartet",
        "{s} wird immer schlechter",
        "Uns hat {i} nicht gefallen",
        "{s} hat unsere Erwartungen nicht erfüllt",
        "{s} {v} das Schlimmste am ganzen Abend",
        "Allein {i} {v} ein Grund, nicht wiederzukommen",
    ),
    mild="schlecht, übel, schlecht, verkehrt, enttäuschend, langweilig, mies",
    strong=frozenset({"ungenießbar", "ekelhaft", "verbrannt", "roh", "heruntergekommen", "unverschämt", "verwässert"}),
)
ENGLISH_NEGATION = Negation(
    turning=(
        "{s} {v} not {w}",
        "{s} {v}n't {w}",
        "{s} {v}n't {w} at all",
        "{s} {v} not {w} at all",
        "{s} {v} never {w}",
        "{s} {v} anything but {w}",
        "{s} {v} far from {w}",
        "{s} {v} by no means {w}",
        "Neither {i} nor {j} {v} {w}",
        "I wouldn't call {i} {w}",
        "You can't call {i} {w}",
        "I don't think {i} {v} {w}",
        "Nobody would say that {i} {v} {w}",
        "Not once {v} {i} {w}",
        "Not {w}, {i}",
        "{s} {v} neither {w} nor {u}",
        "{s} {v} not {w} and not {u}",
        "Nothing {w} about {i}",
    ),
    denials=(
        "{v} not {w}",
        "{v} not {w}",
        "{v}n't {w}",
        "{v}n't {w}",
        "{v}n't {w} at all",
        "{v} never {w}",
        "{v} by no means {w}",
        "{v} far from {w}",
        "{v} not in the least {w}",
        "{v} anything but {w}",
        "{v} neither {w} nor {u}",
    ),
    stressing=(
        "Rarely {v} {i} so {w}",
        "I have never known {i} so {w}",
        "{s} {v} not just {w}, but very {w}",
        "{s} could not have been more {w}",
        "{s} couldn't have been more {w}",
        "No doubt about it, {i} {v} {w}",
    ),
    praising=(
        "{s} could not be better",
        "{s} couldn't have been better",
        "{s} could not have been better",
        "{s} can't be beaten",
        "{s} did not disappoint",
        "{s} never disappoints",
        "{s} left nothing to be desired",
        "No complaints about {i}",
        "Can't fault {i}",
        "Neither {i} nor {j} disappointed",
        "I have never had a problem with {i}",
        "{s} {v} even better",
        "{s} {v} even better than last time",
        "{s} {v} better than expected",
        "{s} keeps getting better",
        "We really liked {i}",
        "{s} exceeded our expectations",
        "{s} {v} the best part of the evening",
        "I would go back for {i} alone",
    ),
    blaming=(
        "{s} could be better",
        "{s} could have been better",
        "{s} used to be better",
        "{s} {v} better before",
        "{s} failed to impress",
        "{s} did not impress us",
        "Neither {i} nor {j} impressed us",
        "{s} disappointed us",
        "{s} left a lot to be desired",
        "{s} did not live up to the hype",
        "{s} {v} nothing like it used to be",
        "{s} could not have been worse",
        "{s} couldn't be worse",
        "{s} {v} even worse",
        "{s} {v} even worse than last time",
        "{s} {v} worse than expected",
        "{s} keeps getting worse",
        "We really disliked {i}",
        "{s} fell short of our expectations",
        "{s} {v} the worst part of the evening",
        "I would stay away because of {i} alone",
    ),
    mild="bad, bad, disappointing, poor, boring",
    strong=frozenset({"inedible", "burnt", "raw", "ridiculous", "outrageous"}),
)
