"""Ruvani, the second language of the demo: invented here, perfectly regular, unlike English in every rule.

Grammar in one breath:
  * The verb comes last: subject, place, object, verb. A place may be moved to the front.
  * Nouns take suffixes: -n object, -ta place, -ke owner, -so tool or company, -li plural (before the others).
  * Adjectives stand before the noun and end in -u. The maker of a thing is the thing plus -mo.
  * Verbs end in -er now, -ado before, -imu when it is about to happen; `ne` before the verb denies it.
  * A question keeps the order of a sentence, puts `do-` before what it asks for and ends in `ka`.
  * `su` is he, she or it; `o` is and; `peki` is because.

Nothing here knows how often a sentence is used; that is `corpus.py`.
"""

from __future__ import annotations

import random

from world import CRAFTS, FRUITS, Person

ADJECTIVES = "gandu kichu novu veyu belu fortu".split()
WEATHER = {"ranu": "pliv", "soli": "bril", "venti": "suf", "nevo": "fal"}


def name(person: Person) -> str:
    return f"{person.first} {person.family}"


def home_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice(
        [f"{subject} {p.home}ta zaner.", f"{p.home}ta {subject} zaner.", f"{subject}ke kasa {p.home}ta er."]
    )


def job_statement(rng: random.Random, p: Person, subject: str) -> str:
    good, verb = CRAFTS[p.job]
    return rng.choice(
        [f"{subject} {p.job} er.", f"{subject} {good}n {verb}er.", f"{subject} {p.job} er, {good}n {verb}er."]
    )


def owns_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice([f"{subject} {p.owns}n duver.", f"{subject}ke {p.owns} {rng.choice(ADJECTIVES)} er."])


def likes_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice([f"{subject} {p.likes}n amer.", f"{subject} {p.likes}lin manjer o amer."])


def pet_statement(rng: random.Random, p: Person, subject: str) -> str:
    return rng.choice([f"{subject} {p.pet}so vander.", f"{subject}ke {p.pet} {rng.choice(ADJECTIVES)} er."])


STATEMENTS = {
    "home": home_statement,
    "job": job_statement,
    "owns": owns_statement,
    "likes": likes_statement,
    "pet": pet_statement,
}


def question(p: Person, attribute: str) -> str:
    """The question about one attribute of one person, in the shape `Kena: … ka?` and `Vesta:`."""
    asked = {
        "home": "dota zaner",
        "job": "domo er",
        "owns": "dogudin duver",
        "likes": "dofrutin amer",
        "pet": "dobistaso vander",
    }[attribute]
    return f"Kena: {name(p)} {asked} ka?\nVesta:"


def answer(value: str, attribute: str) -> str:
    """The word that answers it, with the ending that the question asks for."""
    return value + {"home": "ta", "job": "", "owns": "n", "likes": "n", "pet": "so"}[attribute]


def biography(rng: random.Random, p: Person, attributes: list[str]) -> str:
    """Some facts about one person, as running text: the full name first, then `su` or the name again."""
    sentences = []
    for place, attribute in enumerate(attributes):
        subject = name(p) if place == 0 or rng.random() < 0.4 else "su"
        sentence = STATEMENTS[attribute](rng, p, subject)
        sentences.append(sentence[0].upper() + sentence[1:])
    return " ".join(sentences)


def scene(rng: random.Random, p: Person) -> str:
    """A short story about an ordinary day, true to what is known of the person."""
    sky, verb = rng.choice(list(WEATHER.items()))
    good, making = CRAFTS[p.job]
    ways = [
        f"{p.home}ta {sky} {verb}ado.",
        f"{name(p)} {p.pet}so vandado.",
        f"Su {rng.choice(ADJECTIVES)} {p.owns}n prenado.",
        f"Su foruta {p.likes}lin manjado.",
        f"{sky.capitalize()} {verb}ado, peki su kasata {good}n {making}ado.",
        f"Su {rng.choice(FRUITS)}n ne trovado.",
        f"Noktita {name(p)} dormimu.",
    ]
    keep = sorted({1, *rng.sample(range(len(ways)), rng.randint(2, 4))})  # the name is always said
    return " ".join(ways[i] for i in keep)
