"""The page itself: one HTML file that loads nothing, for the screen and for A4."""

from collections.abc import Mapping, Sequence
from html import escape

from archive.report import pictures
from archive.report.figures import Figures
from archive.report.month import Month
from archive.report.quotes import Quote
from archive.report.shares import by_size, change, judgements, most, overall, share
from archive.report.words import Words
from jobs.judgements import Counts, Period

_STYLE = """
@page { size: A4; margin: 16mm 18mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1.5rem; color: #2b211c; background: #fffdf9;
  font: 10.5pt/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; }
h1, h2, .number { font-family: ui-serif, "Iowan Old Style", Palatino, "Noto Serif", Georgia, serif; font-weight: 600; }
h1 { font-size: 24pt; line-height: 1.15; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 13pt; margin: 1.6rem 0 .4rem; break-after: avoid; }
header { border-bottom: 2px solid #8a2c38; padding-bottom: .8rem; }
header p, .note, footer { color: #665a50; margin: .2rem 0 0; }
.eyebrow { color: #8a2c38; text-transform: uppercase; letter-spacing: .08em; font-size: 8.5pt; margin: 0 0 .2rem; }
.numbers { display: grid; grid-template-columns: repeat(3, 1fr); gap: .8rem; margin-top: 1rem; }
.numbers div { background: #f8f2e8; border-radius: .5rem; padding: .7rem .9rem; }
.number { display: block; font-size: 19pt; }
.two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.5rem; }
.two ul, .two section p { margin: 0; padding: 0; list-style: none; }
.two strong { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: .22rem .5rem .22rem 0; text-align: left; font-weight: 400; white-space: nowrap; }
th { min-width: 7.5rem; white-space: normal; overflow-wrap: anywhere; }
td.bars { width: 60%; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
tr, blockquote, li, section { break-inside: avoid; }
.bar { width: 100%; height: 16px; display: block; } .trend { width: 100%; display: block; }
.tick, .value { font-size: 11px; text-anchor: middle; fill: #665a50; } .value { fill: #2b211c; }
.key span { display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin: 0 .3em 0 .9em; }
.key span:first-child { margin-left: 0; }
blockquote { margin: 0 0 .6rem; padding: .1rem 0 .1rem .8rem; border-left: 3px solid; overflow-wrap: anywhere; }
h1, blockquote p { text-align: left; } blockquote p { margin: 0; }
cite { display: block; font-style: normal; font-size: 8.5pt; color: #665a50; }
footer { border-top: 1px solid #e4d7c5; margin-top: 1.6rem; padding-top: .6rem; font-size: 8.5pt; }
@media print { body { padding: 0; max-width: none; background: none; } }
"""


def page(figures: Figures, words: Words, name: str | None = None) -> str:
    """The report as HTML; `name` is how the restaurant calls itself."""
    title = name or figures.restaurant
    inside = _told(figures, words) if figures.now else f"<p>{escape(words.nothing)}</p>"
    judged = f" {escape(words.judged_by.format(', '.join(figures.models)))}" if figures.models else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{words.code}"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}, {words.month(figures.month)}</title><style>{_STYLE}</style></head><body>"
        f'<header><p class="eyebrow">{escape(words.title)} · {words.month(figures.month)}</p>'
        f'<h1 dir="auto">{escape(title)}</h1><p>{_reviews(figures, words)}</p>{_often(figures, words)}</header>{inside}'
        f"<footer>{escape(words.method)}{judged}</footer></body></html>\n"
    )


def _reviews(figures: Figures, words: Words) -> str:
    own = words.one_review if figures.reviews == 1 else words.reviews.format(figures.reviews)
    return escape(f"{own}, {words.before.format(figures.reviews_before)}")


def _often(figures: Figures, words: Words) -> str:
    if not figures.guests:
        return ""
    part = words.share(figures.often / figures.guests)
    return f"<p>{escape(words.often.format(figures.often, figures.guests, part))}</p>"


def _told(figures: Figures, words: Words) -> str:
    own = overall(figures.now)
    numbers = (
        (words.share(share(own)), words.overall),
        _against(change(own, overall(figures.before)), words.month_before, words),
        _against(change(own, overall(figures.portal)), words.portal, words),
    )
    boxes = "".join(f'<div><span class="number">{escape(n)}</span>{escape(what)}</div>' for n, what in numbers)
    return "".join(
        (
            f'<div class="numbers">{boxes}</div><div class="two">',
            _most(figures.now, "positive", words.praised, words.none_praised, words),
            _most(figures.now, "negative", words.blamed, words.none_blamed, words),
            f"</div><section><h2>{escape(words.aspects_title)}</h2>{_aspects(figures, words)}</section>",
            f"<section><h2>{escape(words.trend_title)}</h2>{_trend(figures.trend, words)}</section>",
            f"<h2>{escape(words.quotes_title)}</h2>{_quotes(figures, words)}",
        )
    )


def _against(difference: float | None, what: str, words: Words) -> tuple[str, str]:
    return words.change(difference), what if difference is not None else f"{what}: {words.too_few}"


def _most(counts: Counts, polarity: str, title: str, none: str, words: Words) -> str:
    rows = [
        f"<li><strong>{escape(words.aspect(aspect))}</strong>, {escape(words.times(times))}</li>"
        for aspect, times in most(counts, polarity)
    ]
    inside = f"<ul>{''.join(rows)}</ul>" if rows else f"<p>{escape(none)}</p>"
    return f"<section><h2>{escape(title)}</h2>{inside}</section>"


def _aspects(figures: Figures, words: Words) -> str:
    rows = [
        f"<tr><th>{escape(words.aspect(aspect))}</th>"
        f'<td class="bars">{_bar(polarities, figures.portal.get(aspect, {}), words)}</td>'
        f'<td class="n">{words.share(share(polarities))}</td>'
        f'<td class="n">{escape(words.change(change(polarities, figures.before.get(aspect, {}))))}</td>'
        f'<td class="n">{escape(words.sentences(judgements(polarities)))}</td></tr>'
        for aspect, polarities in by_size(figures.now)
    ]
    key = "".join(
        f'<span style="background:{colour}"></span>{escape(words.polarities[polarity])}'
        for polarity, colour in pictures.COLOURS.items()
    )
    note = f'<p class="note">{escape(words.aspects_note)}</p>'
    return f'<p class="note key">{key}</p><table>{"".join(rows)}</table>{note}'


def _bar(polarities: Mapping[str, int], portal: Mapping[str, int], words: Words) -> str:
    spelled = [f"{words.polarities[name]} {count}" for name, count in polarities.items() if name in words.polarities]
    return pictures.bar(polarities, share(portal), ", ".join(spelled))


def _trend(months: Sequence[Period], words: Words) -> str:
    counts = [overall(period.aspects) for period in months]
    names = [words.months[period.first.month - 1][:3] for period in months]
    spelled = [words.share(share(each)) for each in counts]
    label = ", ".join(
        f"{words.month(Month(year=period.first.year, number=period.first.month))} {text}"
        for period, text in zip(months, spelled, strict=True)
    )
    picture = pictures.trend(list(zip(names, counts, strict=True)), spelled, label)
    return f'{picture}<p class="note">{escape(words.trend_note)}</p>'


def _quotes(figures: Figures, words: Words) -> str:
    if not (figures.praise or figures.blame):
        own = overall(figures.now)
        clear = own["positive"] or own["negative"]
        return f"<p>{escape(words.no_quotes if clear else words.nothing_clear)}</p>"
    sides = ((figures.praise, "positive"), (figures.blame, "negative"))
    inside = "".join(
        f"<div>{''.join(_quote(quote, pictures.COLOURS[polarity], words) for quote in quotes)}</div>"
        for quotes, polarity in sides
    )
    return f'<div class="two">{inside}</div>'


def _quote(quote: Quote, colour: str, words: Words) -> str:
    source = escape(f"{words.aspect(quote.aspect)}, {words.date(quote.day)}")
    # Each in the direction of its own language.
    text = f'<p dir="auto">{escape(quote.text)}</p>'
    return f'<blockquote style="border-color:{colour}">{text}<cite>{source}</cite></blockquote>'
