"""Letters that are drawn otherwise, read as what they are: "𝐒𝐮𝐩𝐞𝐫", "Ｓｕｐｅｒ", "Ⓢⓤⓟⓔⓡ", "ﬁne".

Social networks have guests write so for want of bold type, keyboards of Japan write so, and PDFs have ligatures. To a
tokenizer they are other words, or none.
"""

from __future__ import annotations

import re
import unicodedata

#: Mathematical letters and digits, letters in circles and squares, full-width ones, and ligatures.
_DRAWN = "\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f130-\U0001f149\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\ufb00-\ufb06"
#: Without one of these a text has none.
DRAWN = re.compile(f"[{_DRAWN}]")


def plain_letters(text: str) -> str:
    """The text with ordinary letters in their place."""
    return DRAWN.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
