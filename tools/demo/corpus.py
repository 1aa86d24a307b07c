"""The training text: an endless, seeded stream of short documents in both languages.

`MIXTURE` says how often each kind comes. A document is a few sentences, so that the languages, the
questions and the sums are met side by side from the first step on. Nothing that the tasks ask is asked
here: questions are put only about people, things and purposes that are not `asked`, and the guests'
names appear in no sum and in no who-did-what story.
"""

from __future__ import annotations

import random
from typing import Iterator

import english
import ruvani
from world import FIRST_NAMES, GUESTS, TRIALS, Person, Thing, World

REGULARS = [name for name in FIRST_NAMES if name not in GUESTS]
ATTRIBUTES = list(english.STATEMENTS)
LARGEST = 15  # the largest number given in a sum


class Corpus:
    """Documents about one world. The same world and seed give the same documents for ever."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.rng = random.Random(seed)
        self.weights = {
            id(group): [x.weight for x in group] for group in (world.people, world.things, world.ruvani)
        }

    def pick(self, group: list) -> Person | Thing:
        """One of the group, the well-known more often than the others."""
        return self.rng.choices(group, self.weights[id(group)])[0]

    def pick_unasked(self, group: list) -> Person | Thing:
        while (found := self.pick(group)).asked:
            pass
        return found

    # One method for each kind of document.

    def biography(self) -> str:
        attributes = self.rng.sample(ATTRIBUTES, self.rng.randint(2, 4))
        return english.biography(self.rng, self.pick(self.world.people), attributes)

    def day(self) -> str:
        return english.day(self.rng, self.pick(self.world.people))

    def person_questions(self) -> str:
        lines = []
        for _ in range(2):
            person, attribute = self.pick_unasked(self.world.people), self.rng.choice(ATTRIBUTES)
            lines.append(f"{english.person_question(person, attribute)} {getattr(person, attribute)}\n")
        return "".join(lines)

    def thing_story(self) -> str:
        return english.thing_story(self.rng, self.pick(self.world.things))

    def thing_questions(self) -> str:
        lines = []
        for _ in range(2):
            thing, trial = self.pick_unasked(self.world.things), self.rng.choice(TRIALS)
            does, does_not = english.thing_answers(trial)
            asked = english.thing_question(thing, trial, self.rng.randrange(4))
            lines.append(f"{asked} {does if thing.does(trial) else does_not}\n")
        return "".join(lines)

    def purposes(self) -> str:
        chosen = self.rng.sample(list(self.world.purposes), 3)
        return " ".join(
            english.purpose_statement(self.rng, t, p, self.rng.choice(REGULARS)) for t, p in chosen
        )

    def purpose_questions(self) -> str:
        free = [pair for pair, asked in self.world.purposes.items() if not asked]
        chosen = self.rng.sample(free, 2)
        return "".join(f"{english.purpose_question(self.rng.randrange(2), p)} the {t}\n" for t, p in chosen)

    def roles(self) -> str:
        told = []
        for _ in range(2):
            a, b = self.rng.sample(REGULARS, 2)
            told.append(english.role_sentence(self.rng, self.rng.randrange(len(english.ROLES)), a, b))
        return " ".join(told)

    def pairs(self) -> str:
        at_work = english.pair_at_work(
            self.rng, self.pick_unasked(self.world.people), self.pick_unasked(self.world.people)
        )
        in_water = english.pair_in_water(
            self.rng, self.pick_unasked(self.world.things), self.pick_unasked(self.world.things)
        )
        return f"{at_work} {in_water}"

    def sums(self) -> str:
        lines = []
        for _ in range(3):
            a, b, verb = draw_sum(self.rng)
            name, goods = self.rng.choice(REGULARS), self.rng.choice(english.GOODS)
            lines.append(
                f"{english.sum_question(name, goods, a, b, verb)} {english.sum_answer(a, b, verb)}.\n"
            )
        return "".join(lines)

    def ruvani_biography(self) -> str:
        attributes = self.rng.sample(ATTRIBUTES, self.rng.randint(2, 4))
        return ruvani.biography(self.rng, self.pick(self.world.ruvani), attributes)

    def ruvani_scene(self) -> str:
        return ruvani.scene(self.rng, self.pick(self.world.ruvani))

    def ruvani_questions(self) -> str:
        lines = []
        for _ in range(2):
            person, attribute = self.pick_unasked(self.world.ruvani), self.rng.choice(ATTRIBUTES)
            said = ruvani.answer(getattr(person, attribute), attribute)
            lines.append(f"{ruvani.question(person, attribute)} {said}\n")
        return "".join(lines)

    def documents(self, mixture: dict[str, int] | None = None) -> Iterator[str]:
        """Documents without end, each kind as often as the mixture says."""
        mixture = mixture or MIXTURE
        kinds, shares = list(mixture), list(mixture.values())
        while True:
            yield getattr(self, self.rng.choices(kinds, shares)[0])()


def draw_sum(rng: random.Random) -> tuple[int, int, str]:
    """Two numbers and a verb; nobody loses more than they have."""
    verb = rng.choice(english.MORE + english.LESS)
    a, b = rng.randint(2, LARGEST), rng.randint(2, LARGEST)
    return (a, b, verb) if verb in english.MORE else (max(a, b) + 1, min(a, b), verb)


# Shares of documents, in hundredths.
MIXTURE = {
    "biography": 15,
    "day": 4,
    "person_questions": 8,
    "thing_story": 19,
    "thing_questions": 9,
    "purposes": 1,
    "purpose_questions": 1,
    "roles": 8,
    "pairs": 7,
    "sums": 8,
    "ruvani_biography": 12,
    "ruvani_scene": 2,
    "ruvani_questions": 6,
}
