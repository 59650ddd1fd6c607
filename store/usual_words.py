"""What packed records are mostly made of: the words with which deflate begins (`store.packed_record`).

They belong to the form: with other words it is another form. The words of reviews are those of the corpus that save
most; what is most usual stands last.
"""

_REVIEWS = (
    "more anything the whole them just waitress the food neither who so that the your and I came to be isn't "
    "only good we nobody didn't out of three can't table still and they the best before something was a It's "
    "by the than better the kitchen all little couldn't wouldn't been it's when was the wasn't my would "
    "without are don't dollars because one service waiter place our everything every They not there but the "
    "it was which what for a with a could and a to the never about the with the this at the is nothing from "
    "the had like have you were of the in the on the for the and the The Der Service sondern Preis Das Essen "
    "war Meine für den gut, auch nicht. nächsten letzten hätte ich Nicht über die gar nicht ganzen genau vor "
    "Ich habe und ein bisschen der Küche wurden unter Kaffee ist nicht Restaurant gut sonst weder dieses "
    "wenn man nach dem für ein Portionen und trotzdem Mein frisch mit einem die Rechnung bis ganz nicht zu "
    "keiner man hier ist es jeden Fleisch zwischen mein sehr Man aber auch mir besser war nicht für einen "
    "und nicht Wir haben mit dem am dass wir Preise mich keinen richtig einfach diesem Personal meine in "
    "Ordnung, bei Karte im bekommt man auf die habe ich der Kellner aus dem für die hat uns beim drei Die "
    "Bedienung vom nicht mehr Minuten Euro von der immer Kellnerin hatten wieder die Bedienung schmeckte Ein "
    "Abend viel dann wirklich dafür selbst dieser die Küche was Für kann man man sich Lokal dass man kein "
    "zum wurde an der sie auf den nicht, ohne auf dem aus der Teller zwei einmal Tisch schmeckt keine gibt "
    "es hatte auf der so wird schon das Essen als alles einer nur etwas haben wir und der leider in der und "
    "das wie sind nichts waren eine noch "
).encode()  # fmt: skip
_RESULTS = (
    b'"quality":{"polarity":"conflict","confidence":0.,"style":{"polarity":"neutral","location":{"price":{"drinks":{'
    b'"ambience":{"restaurant":{"evidence":[{"start":,"end":,"text":"},{"none"overall":null,"language":"en"'
    b'"low_confidence":false}}},'
    b'{"language":"de","overall":{"polarity":"negative","confidence":0.9},"sentences":[{"index":0,"start":0,"end":'
    b'","truncated":true,"aspects":{}},{"index":1,"start":'
    b'.","truncated":false,"aspects":{"service":{"polarity":"negative","confidence":0.9,"low_confidence":true},'
    b'"food":{"polarity":"positive","confidence":0.9,"low_confidence":true}}}]}'
)
_HEADS = (
    b'"metadata":{"reviewed_at":"2026-","priority":"bulk",drinks+location~conflict=price-ambience=style+restaurant-'
    b"service-9;service+;quality-food-9;food+quality+9!"
    b'{"external_author":"","restaurant":"{"name":"kritiq-mini","version":"1"}\n'
    b'{"tokenize_ms":1,"wait_ms":0,"inference_ms":1}\n{}\n1\n345600000\nde-de+'
)
USUAL = _REVIEWS + _RESULTS + _HEADS
