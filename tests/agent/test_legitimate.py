"""What a model may say gets through, in its own words."""

from __future__ import annotations

from core.agent.guard import Refused
from tests.agent.legitimate import CASES
from tests.agent.turns import Plant

SENTENCES = [
    (case, *(("", said) if isinstance(said, str) else said))
    for case in CASES
    for said in case.sentences
]


def test_at_least_99_percent_of_the_legitimate_sentences_pass(plant: Plant) -> None:
    refused = []
    for case, before, sentence in SENTENCES:
        turn = plant.turn(case.question, *case.commands, language=case.language)
        checked = turn.check(sentence, before)
        if isinstance(checked, Refused):
            refused.append((sentence, [(o.said, o.why) for o in checked.offenders]))
    assert len(SENTENCES) >= 200
    assert len(refused) <= len(SENTENCES) // 100, refused
