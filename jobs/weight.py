"""What a review weighs in queues and limits, in sentences."""

import re

from jobs.request import Form, JobRequest

#: What the evidence of a sentence costs beside judging it: about so many readings (`model.evidence`), of at most so
#: many sentences of a review.
EVIDENCE_READINGS, EVIDENCE_SENTENCES = 30, 30
_SENTENCE_END = re.compile(r"[.!?…\n]+")


def estimate_sentences(text: str) -> int:
    """About how many sentences `text` has, cheaply and from above: runs of end marks, or one per 160 characters.

    Queues, limits and waiting times are counted in this unit. The API must not load the sentence splitter.
    """
    return max(1, len(_SENTENCE_END.findall(text)), len(text) // 160)


def weight_of(text: str, request: JobRequest) -> int:
    """About how many sentences a worker reads for it: those of the text, and more where evidence is looked for."""
    if request.form is Form.BUNDLE:
        # Its reviews have weights of their own.
        return 1
    sentences = estimate_sentences(text)
    return sentences + EVIDENCE_READINGS * min(sentences, EVIDENCE_SENTENCES) if request.evidence else sentences
