"""The seven tasks: items that ask only what the training text never asked.

Every maker returns rows in the shapes that `mergescope` reads (multiple choice, partial evaluation,
generation, running text). Choices are scored with one space in front, so no context ends in a space.
The right answer stands at every position equally often. Rows are shuffled, then cut into a search and
a test half that share no row.
"""

from __future__ import annotations

import random

import english
import ruvani
from corpus import ATTRIBUTES, MIXTURE, Corpus, draw_sum
from world import (
    BEASTS,
    BELONGINGS,
    CRAFTS,
    FOODS,
    FRUITS,
    GUESTS,
    JOBS,
    PETS,
    PLACES,
    TOOLS,
    TOWNS,
    TRIALS,
    World,
)
from world import GOODS as RUVANI_GOODS

Row = dict
ENGLISH_VALUES = {"home": TOWNS, "job": list(JOBS), "owns": BELONGINGS, "likes": FOODS, "pet": PETS}
RUVANI_VALUES = {"home": PLACES, "job": list(CRAFTS), "owns": RUVANI_GOODS, "likes": FRUITS, "pet": BEASTS}


def arrange(number: int, right: str, wrong: list[str]) -> tuple[list[str], int]:
    """The choices with the right one at a place that goes round with the row's number, and that place."""
    gold = number % (len(wrong) + 1)
    return [*wrong[:gold], right, *wrong[gold:]], gold


def physical(world: World, rng: random.Random, count: int) -> list[Row]:
    """What a thing does in a trial (asked in four ways), and which tool serves a purpose: two choices."""
    rows = []
    asked = [thing for thing in world.things if thing.asked]
    for trial in TRIALS:
        yes, no = ([t for t in asked if t.does(trial) == wanted] for wanted in (True, False))
        # As many that do as that do not: knowing the commoner answer is worth nothing.
        for thing in [t for pair in zip(yes, no) for t in pair]:
            does, does_not = english.thing_answers(trial)
            right, wrong = (does, does_not) if thing.does(trial) else (does_not, does)
            for form in range(4):
                choices, gold = arrange(len(rows), right, [wrong])
                question = english.thing_question(thing, trial, form)
                rows.append({"context": question, "choices": choices, "gold": gold, "subject": trial})
    for (tool, purpose), asked in world.purposes.items():
        for form in range(len(english.PURPOSE_QUESTIONS)) if asked else ():
            choices, gold = arrange(
                len(rows), f"the {tool}", [f"the {rng.choice([t for t in TOOLS if t != tool])}"]
            )
            rows.append(
                {
                    "context": english.purpose_question(form, purpose),
                    "choices": choices,
                    "gold": gold,
                    "subject": "tool",
                }
            )
    return balance(rng, rows, count)


def pronoun(world: World, rng: random.Random, count: int) -> list[Row]:
    """Who or which was it? The same ending is scored after either name."""
    makers = [role_row, work_row, water_row, work_row, water_row]
    rows = [makers[i % len(makers)](world, rng) for i in range(4 * count)]
    return balance(rng, rows, count)


def role_row(world: World, rng: random.Random) -> Row:
    deed, fits_a, fits_b = rng.choice(english.ROLES)
    a, b = rng.sample(GUESTS, 2)
    gold = rng.randrange(2)
    start = f"{a} {deed.format(B=b)}"
    return partial([f"{start} {a}", f"{start} {b}"], rng.choice(fits_b if gold else fits_a), gold, "roles")


def work_row(world: World, rng: random.Random) -> Row:
    asked = [p for p in world.people if p.asked]
    p, q = rng.sample(asked, 2)
    while p.job == q.job:
        p, q = rng.sample(asked, 2)
    gold = rng.randrange(2)
    start = f"{p.name} and {q.name} went to work."
    return partial([f"{start} {p.name}", f"{start} {q.name}"], f"{JOBS[(p, q)[gold].job]}.", gold, "work")


def water_row(world: World, rng: random.Random) -> Row:
    asked = [t for t in world.things if t.asked]
    a, b = rng.sample(asked, 2)
    while a.does("water") == b.does("water"):
        a, b = rng.sample(asked, 2)
    gold = rng.randrange(2)
    start = f"The {a.name} and the {b.name} fell into the lake."
    ending = "floated." if (a, b)[gold].does("water") else "sank."
    return partial([f"{start} The {a.name}", f"{start} The {b.name}"], ending, gold, "water")


def partial(contexts: list[str], continuation: str, gold: int, subject: str) -> Row:
    return {"contexts": contexts, "continuation": continuation, "gold": gold, "subject": subject}


def knowledge_english(world: World, rng: random.Random, count: int) -> list[Row]:
    """One attribute of a person who was never asked about: four choices, in two selections."""
    rows = []
    for person in (p for p in world.people if p.asked):
        for attribute in ATTRIBUTES:
            right = getattr(person, attribute)
            others = rng.sample([v for v in ENGLISH_VALUES[attribute] if v != right], 6)
            for wrong in (others[:3], others[3:]):
                choices, gold = arrange(len(rows), right, wrong)
                question = english.person_question(person, attribute)
                rows.append({"context": question, "choices": choices, "gold": gold, "subject": attribute})
    return balance(rng, rows, count)


def knowledge_ruvani(world: World, rng: random.Random, count: int) -> list[Row]:
    """The same in Ruvani, about other people; three selections."""
    rows = []
    for person in (p for p in world.ruvani if p.asked):
        for attribute in ATTRIBUTES:
            right = getattr(person, attribute)
            others = rng.sample([v for v in RUVANI_VALUES[attribute] if v != right], 9)
            for wrong in (others[:3], others[3:6], others[6:]):
                spoken = [ruvani.answer(v, attribute) for v in (right, *wrong)]
                choices, gold = arrange(len(rows), spoken[0], spoken[1:])
                rows.append(
                    {
                        "context": ruvani.question(person, attribute),
                        "choices": choices,
                        "gold": gold,
                        "subject": attribute,
                    }
                )
    return balance(rng, rows, count)


def sums(world: World, rng: random.Random, count: int) -> list[Row]:
    """Sums about people who do no sums in training; the number is generated and matched."""
    rows = {}
    while len(rows) < count:
        a, b, verb = draw_sum(rng)
        question = english.sum_question(rng.choice(GUESTS), rng.choice(english.GOODS), a, b, verb)
        kind = "more" if verb in english.MORE else "less"
        rows[question] = {
            "question": question,
            "answer": str(english.sum_answer(a, b, verb)),
            "subject": kind,
        }
    return list(rows.values())


def running_text(world: World, seed: int, count: int, wanted: bool) -> list[Row]:
    """Fresh text of one language: `wanted` is whether Ruvani. Each row joins whole documents of prose."""
    prose = [k for k in MIXTURE if ("ruvani" in k) == wanted and "question" not in k and k != "sums"]
    stream = Corpus(world, seed).documents({k: MIXTURE[k] for k in prose})
    rows = []
    while len(rows) < count:
        text = f"{next(stream)} {next(stream)}"  # one alone may have been said in training
        while len(text) < 150:
            text = f"{text} {next(stream)}"
        rows.append({"text": text})
    return rows


def balance(rng: random.Random, rows: list[Row], count: int) -> list[Row]:
    """`count` different rows, every position of the right answer equally often."""
    unique = list({repr({k: v for k, v in row.items() if k != "subject"}): row for row in rows}.values())
    rng.shuffle(unique)
    positions = len(unique[0].get("choices") or unique[0]["contexts"])
    kept = [
        row for p in range(positions) for row in [r for r in unique if r["gold"] == p][: count // positions]
    ]
    rng.shuffle(kept)
    return kept


def make_tasks(world: World, seed: int, count: int = 1000) -> dict[str, list[Row]]:
    """All tasks by name. The first half of each list is the search half."""

    def rng(name: str) -> random.Random:
        return random.Random(f"{seed} {name}")

    return {
        "physical": physical(world, rng("physical"), count),
        "pronoun": pronoun(world, rng("pronoun"), count),
        "knowledge-en": knowledge_english(world, rng("knowledge-en"), count),
        "knowledge-ruvani": knowledge_ruvani(world, rng("knowledge-ruvani"), count),
        "sums": sums(world, rng("sums"), count),
        "text-en": running_text(world, seed + 3, count, wanted=False),
        "text-ruvani": running_text(world, seed + 4, count, wanted=True),
    }
