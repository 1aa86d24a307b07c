"""How the world is spoken of in English: statements, questions, sums and short stories.

Pure text: every function takes a random generator and facts, and returns a sentence or two. How often
each kind is used is `corpus.py`'s business; which of them become test items is `tasks.py`'s.
"""

from __future__ import annotations

import random

from world import JOBS, TRIALS, Person, Thing


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


# --- People ------------------------------------------------------------------------------------------


def home_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice(
        [
            f"{subject} lives in {p.home}.",
            f"The house of {subject} is in {p.home}.",
            f"{p.home} is home to {subject}.",
        ]
    )


def job_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice(
        [
            f"{subject} is {article(p.job)}.",
            f"{subject} works as {article(p.job)}.",
            f"All day long {subject} {JOBS[p.job]}.",
        ]
    )


def owns_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice(
        [
            f"{subject} owns {article(p.owns)}.",
            f"The {p.owns} belongs to {subject}.",
            f"{subject} has {article(p.owns)}.",
        ]
    )


def likes_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice([f"{subject} likes {p.likes}.", f"{subject} eats {p.likes} every day."])


def pet_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice([f"{subject} keeps {article(p.pet)}.", f"A {p.pet} lives with {subject}."])


STATEMENTS = {
    "home": home_statement,
    "job": job_statement,
    "owns": owns_statement,
    "likes": likes_statement,
    "pet": pet_statement,
}

QUESTIONS = {
    "home": "Where does {} live?",
    "job": "What is the job of {}?",
    "owns": "What does {} own?",
    "likes": "What does {} like to eat?",
    "pet": "Which animal does {} keep?",
}


def ask(question: str) -> str:
    """The shape that PIQA and many others are asked in; the answer follows after one space."""
    return f"Question: {question}\nAnswer:"


def person_question(p: Person, attribute: str) -> str:
    return ask(QUESTIONS[attribute].format(p.name))


def biography(rng: random.Random, p: Person, attributes: list[str]) -> str:
    """Some facts about one person: the full name first, later the full name or the first name."""
    subjects = [p.name] + [p.name if rng.random() < 0.4 else p.first for _ in attributes[1:]]
    return " ".join(STATEMENTS[a](rng, p, s) for a, s in zip(attributes, subjects))


def day(rng: random.Random, p: Person) -> str:
    """A short story about an ordinary day, true to what is known of the person."""
    they, their = ("she", "her") if p.she else ("he", "his")
    sky = rng.choice(["It rained", "The sun shone", "A cold wind blew", "Snow fell"])
    goal = rng.choice(["the river", "the market", "a friend", "the hill"])
    ways = [
        f"{sky} in {p.home}.",
        f"{p.name} got up early and fed {their} {p.pet}.",
        f"In the morning {they} {JOBS[p.job]}.",
        f"At noon {they} ate {p.likes}.",
        f"Later {they} took {their} {p.owns} to {goal}.",
        f"The {p.pet} came along.",
        f"In the evening {p.name} was {rng.choice(['tired', 'glad', 'hungry', 'cold'])} and went home.",
    ]
    keep = sorted({1, *rng.sample(range(len(ways)), rng.randint(2, 4))})  # the name is always said
    return " ".join(ways[i] for i in keep)


# --- Things ------------------------------------------------------------------------------------------

# trial -> (four ways to ask, what it does, what it does not): the choices of the physical task
TRIAL_QUESTIONS = {
    "water": (
        (
            "What does the {} do in water?",
            "Can the {} cross the lake?",
            "Does the {} float or sink?",
            "Somebody throws the {} into the lake. And then?",
        ),
        "it floats",
        "it sinks",
    ),
    "fire": (
        (
            "What does the {} do in a fire?",
            "Is the {} safe near the oven?",
            "Does the {} burn?",
            "Somebody throws the {} into the fire. And then?",
        ),
        "it burns",
        "it does not burn",
    ),
    "fall": (
        (
            "What does the {} do when it falls?",
            "Can the {} fall down the stairs?",
            "Is the {} strong?",
            "Somebody drops the {}. And then?",
        ),
        "it breaks",
        "it stays whole",
    ),
    "rain": (
        (
            "What does the {} do in the rain?",
            "Can the {} stay in the wet yard?",
            "May the {} get wet?",
            "Somebody leaves the {} in the rain. And then?",
        ),
        "it spoils",
        "it stays good",
    ),
    "magnet": (
        (
            "What does the {} do near a magnet?",
            "Can a magnet find the {}?",
            "Does a magnet lift the {}?",
            "Somebody holds a magnet over the {}. And then?",
        ),
        "it sticks",
        "it does not move",
    ),
    "hand": (
        (
            "What does the {} do when it is pressed?",
            "Can I fold the {}?",
            "Is the {} easy to bend?",
            "Somebody presses the {}. And then?",
        ),
        "it bends",
        "it stays stiff",
    ),
}

TRIAL_STATEMENTS = {
    "water": (
        ["The {} floats.", "The {} fell into the lake and floated."],
        ["The {} sinks.", "The {} fell into the lake and sank."],
    ),
    "fire": (
        ["The {} burns.", "The {} lay near the fire and burned."],
        ["The {} does not burn.", "The {} lay near the fire and did not burn."],
    ),
    "fall": (
        ["The {} breaks easily.", "The {} fell from the table and broke."],
        ["The {} is strong.", "The {} fell from the table and stayed whole."],
    ),
    "rain": (
        ["The {} must stay dry.", "The {} stood in the rain and spoiled."],
        ["The {} may get wet.", "The {} stood in the rain and stayed good."],
    ),
    "magnet": (["A magnet lifts the {}."], ["No magnet lifts the {}."]),
    "hand": (["The {} is easy to bend."], ["The {} is stiff."]),
}


def thing_question(thing: Thing, trial: str, form: int) -> str:
    return ask(TRIAL_QUESTIONS[trial][0][form].format(thing.name))


def thing_answers(trial: str) -> tuple[str, str]:
    """What it does and what it does not, in this order."""
    return TRIAL_QUESTIONS[trial][1:]


def thing_statement(rng: random.Random, thing: Thing, trial: str) -> str:
    does, does_not = TRIAL_STATEMENTS[trial]
    return rng.choice(does if thing.does(trial) else does_not).format(thing.name)


def thing_story(rng: random.Random, thing: Thing) -> str:
    """What it is made of (sometimes) and how it fared in two or three trials."""
    told = [thing_statement(rng, thing, trial) for trial in rng.sample(TRIALS, rng.randint(2, 3))]
    if rng.random() < 0.6:
        told.insert(0, f"The {thing.name} is made of {thing.material}.")
    return " ".join(told)


PURPOSE_QUESTIONS = ["What do you need to {}?", "What helps to {}?"]


def purpose_question(form: int, purpose: str) -> str:
    return ask(PURPOSE_QUESTIONS[form].format(purpose))


def purpose_statement(rng: random.Random, tool: str, purpose: str, who: str) -> str:
    return rng.choice(
        [
            f"{who} used the {tool} to {purpose}.",
            f"{who} took the {tool} and went to {purpose}.",
            f"With the {tool} you can {purpose}.",
        ]
    )


# --- Who did what to whom ----------------------------------------------------------------------------

# (what A did to B, what fits A, what fits B)
ROLES = [
    ("gave {B} a pear because", ["had too many.", "was kind."], ["was hungry.", "had none."]),
    ("sold {B} a goat because", ["needed money."], ["wanted milk.", "had a good price."]),
    ("asked {B} the way because", ["was lost.", "was new in town."], ["knew the town.", "had a map."]),
    ("thanked {B} because", ["had got help.", "felt glad."], ["had helped.", "had been kind."]),
    ("waited for {B} because", ["came too early.", "had time."], ["was late.", "walked slowly."]),
    ("carried {B} home because", ["was strong."], ["had a bad foot.", "fell asleep."]),
    ("hid from {B} because", ["broke the jug.", "felt afraid."], ["looked angry.", "shouted."]),
    ("paid {B} because", ["owed money.", "bought the cart."], ["did the work.", "sold the cart."]),
    ("taught {B} to swim because", ["swam well."], ["could not swim.", "feared the water."]),
    ("borrowed a coat from {B} because", ["felt cold."], ["had two coats.", "felt warm."]),
    ("lost the race to {B} because", ["was slow.", "fell down."], ["was fast.", "ran well."]),
    ("visited {B} because", ["felt lonely.", "had news."], ["was ill.", "had a birthday."]),
]


def role_sentence(rng: random.Random, role: int, a: str, b: str) -> str:
    deed, fits_a, fits_b = ROLES[role]
    who, why = rng.choice([(a, rng.choice(fits_a)), (b, rng.choice(fits_b))])
    return f"{a} {deed.format(B=b)} {who} {why}"


def pair_at_work(rng: random.Random, p: Person, q: Person) -> str:
    """Two people and the day of one of them; the job is not named, only what was done."""
    who = rng.choice([p, q])
    return f"{p.name} and {q.name} went to work. {who.name} {JOBS[who.job]}."


def pair_in_water(rng: random.Random, a: Thing, b: Thing) -> str:
    which = rng.choice([a, b])
    fared = "floated" if which.does("water") else "sank"
    return f"The {a.name} and the {b.name} fell into the lake. The {which.name} {fared}."


# --- Sums --------------------------------------------------------------------------------------------

GOODS = "pears eggs coins nails shells cups".split()
MORE = ["buys", "finds", "gets"]
LESS = ["loses", "sells", "drops"]


def sum_question(name: str, goods: str, a: int, b: int, verb: str) -> str:
    """The story of a sum, up to the number that has to follow."""
    if verb in MORE:
        return f"{name} has {a} {goods} and {verb} {b} more. Now {name} has"
    return f"{name} has {a} {goods} and {verb} {b}. Now {name} has"


def sum_answer(a: int, b: int, verb: str) -> int:
    return a + b if verb in MORE else a - b
