"""Citations as Teams shows them: a number in the text with the source behind it."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.clipping import clip
from adapters.teams.escape import plain
from adapters.teams.limits import CITATION_ABSTRACT, CITATION_NAME, CITATIONS, Element
from core.answer import Answer, Citation
from core.words import Words


def numbers(answer: Answer, cites: Sequence[int]) -> list[int]:
    """Which sources the message's text names: those of its sentence, or else all."""
    known = sorted({citation.number for citation in answer.citations})
    named = [number for number in known if number in cites]
    return (named or known)[:CITATIONS]


def entities(answer: Answer, named: Sequence[int], words: Words) -> list[Element]:
    """The message's one root entity: that a model wrote, and the sources of the numbers in its
    text. Teams refuses a message with two of them, and one with more than 20 sources."""
    entity: Element = {
        "type": "https://schema.org/Message",
        "@type": "Message",
        "@context": "https://schema.org",
    }
    if answer.by_model:
        entity["additionalType"] = ["AIGeneratedContent"]
    sources = {citation.number: citation for citation in reversed(answer.citations)}
    claims = [_claim(sources[number], words) for number in named]
    if claims:
        entity["citation"] = claims
    return [entity] if answer.by_model or claims else []


def _claim(citation: Citation, words: Words) -> Element:
    as_of = citation.as_of
    facts = [
        citation.filter,
        citation.period,
        words.say("answer.rows", n=citation.rows),
        words.say("answer.as_of", moment=words.moment(as_of, citation.zone)) if as_of else "",
        citation.note,
    ]
    name = " · ".join(said for said in (citation.table, citation.source) if said)
    abstract = " · ".join(fact for fact in facts if fact)
    return {
        "@type": "Claim",
        "position": citation.number,
        "appearance": {
            "@type": "DigitalDocument",
            "name": clip(plain(name), CITATION_NAME),
            "abstract": clip(plain(abstract), CITATION_ABSTRACT),
        },
    }
