"""Whether what people say to one another is a question at all."""

from __future__ import annotations

from core.planner.lexicon import folded, word_list


def is_question(text: str) -> bool:
    """By its mark or by how it begins: "and line 4", "why was that". What people tell one another
    ("line 3 is back up") names the same things, but asks nothing."""
    if "?" in text or text.lstrip().startswith("/"):
        return True
    return any(start == 0 for start, _, _ in word_list("asking").all(folded(text)))


def is_small_talk(text: str) -> bool:
    """A greeting or thanks and nothing else: "thanks a lot", "hello andon", "Moin"."""
    words = folded(text)
    greeting, polite = word_list("greeting"), word_list("polite")
    index, greeted = 0, False
    while index < len(words):
        met = greeting.at(words, index)
        greeted = greeted or met is not None
        met = met or polite.at(words, index)
        if met is None:
            return False
        index += met[1]
    return greeted
