"""What a review weighs in queues and limits, in sentences."""

from jobs.job import estimate_sentences
from jobs.request import JobRequest

#: What the evidence of a sentence costs beside judging it: about so many readings (`model.evidence`), of at most so
#: many sentences of a review.
EVIDENCE_READINGS, EVIDENCE_SENTENCES = 30, 30


def weight_of(text: str, request: JobRequest) -> int:
    """About how many sentences a worker reads for it: those of the text, and more where evidence is looked for."""
    sentences = estimate_sentences(text)
    return sentences + EVIDENCE_READINGS * min(sentences, EVIDENCE_SENTENCES) if request.evidence else sentences
