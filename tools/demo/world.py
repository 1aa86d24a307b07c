"""The small world the demo run is trained on: people, places, tools, materials and what they do.

Everything here is made up for this project. The tables below are the whole of the world's knowledge;
`build_world` only decides, from a seed, who lives where and who owns what. The languages
(`english.py`, `ruvani.py`) turn it into sentences, and nothing in this file knows about word order.

Every person and every thing carries `asked`: when it is true, the training text may state facts about
it but never puts a question about it. The tasks ask exactly those, so the questions are held out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

# --- English-speaking people -------------------------------------------------------------------------

SHE = "Ada Bea Cora Dina Elsa Faye Gwen Hope Ida June Kira Lena Mona Nell Olga Pia Rosa Tess".split()
HE = "Abel Boyd Carl Drew Emil Finn Gus Hugo Ivan Jack Kurt Liam Max Ned Otto Paul Rolf Tom".split()
FIRST_NAMES = SHE + HE
# Names kept out of the sums and the who-did-what stories of the training text; the tasks use only these.
GUESTS = "Elsa Hope Mona Rosa Emil Hugo Max Rolf".split()

FAMILY_NAMES = (
    "Ash Birch Brook Clay Cole Crane Dale Dunn Farrow Finch Flint Frost Glen Hale Heath Hobb Kettle Lark "
    "Marsh Moss Nash Pike Quill Reed Rill Rook Stone Swift Thorn Vale Wade Wren"
).split()

TOWNS = (
    "Fernby Oxmere Saltwick Dunlow Millbeck Stonegate Larkhill Eastmoor Pinehaven Coldwater "
    "Westhollow Rushford"
).split()

# job -> what somebody with that job does all day
JOBS = {
    "baker": "baked bread",
    "smith": "shaped hot iron",
    "weaver": "made cloth",
    "potter": "shaped wet clay",
    "fisher": "caught fish",
    "farmer": "worked in the field",
    "carpenter": "cut boards",
    "tailor": "sewed coats",
    "painter": "mixed colours",
    "singer": "sang songs",
    "doctor": "helped sick people",
    "teacher": "taught the children",
    "sailor": "mended the sails",
    "miller": "ground the grain",
    "gardener": "watered the roses",
    "cook": "stirred the soup",
}

BELONGINGS = (
    "boat cart drum violin lantern clock telescope wheelbarrow bicycle mill tent piano map loom kiln plough"
).split()
FOODS = "pears plums apples cheese honey soup bread beans carrots nuts fish rice".split()
PETS = "dog cat goat horse hen rabbit owl parrot donkey duck pig mouse".split()

# --- Materials and things ----------------------------------------------------------------------------

# What each material does in each of the six trials. The order of the flags is TRIALS' order.
TRIALS = ("water", "fire", "fall", "rain", "magnet", "hand")
#                floats burns breaks spoils sticks bends
MATERIALS = {
    "oak": (True, True, False, False, False, False),
    "pine": (True, True, False, False, False, False),
    "cork": (True, True, False, False, False, True),
    "willow": (True, True, False, False, False, True),
    "iron": (False, False, False, True, True, False),
    "steel": (False, False, False, False, True, False),
    "copper": (False, False, False, True, False, True),
    "lead": (False, False, False, False, False, True),
    "glass": (False, False, True, False, False, False),
    "clay": (False, False, True, True, False, False),
    "slate": (False, False, True, False, False, False),
    "granite": (False, False, False, False, False, False),
    "wool": (True, True, False, True, False, True),
    "paper": (True, True, False, True, False, True),
    "wax": (True, True, True, False, False, True),
    "rubber": (True, True, False, False, False, True),
    "leather": (False, True, False, True, False, True),
    "ice": (True, False, True, True, False, False),
}

NOUNS = (
    "anchor anvil apron arrow axle badge barrel basin basket beam bell belt bench blade board bolt boot "
    "bottle bowl box bracket bridge buckle button cage candle cap card chain chair chest chisel coin comb "
    "cord cover crate crown cup curtain dial disc dish door doll doorstop egg fan feeder fence figure "
    "float flute frame funnel gate glove grill gutter handle harp hat helmet hinge hook hoop horn jar jug "
    "inkwell keel kite knob ladle lens letter lever lid lock mallet marble mask mast medal "
    "mirror mould mug nail necklace oven paddle pail pan panel pedal peg pencil pill pin pipe "
    "plank plate plug pole post pot pulley puppet purse puzzle quilt rack raft rail ribbon ring rod "
    "roller roof rope rudder ruler saddle scarf screw seal seat shelf shield shoe shovel sign "
    "skate slab sled slipper spear spike spool spoon spring stamp statue step stool stopper strap "
    "stove tablet tap tile tongs torch tower toy tray trunk tube tub vase vessel wall wallet wand wedge "
    "wheel whistle wick wire wreath yoke"
).split()

# tool -> what it is good for
TOOLS = {
    "saw": ["cut the board", "cut the branch", "shorten the plank"],
    "knife": ["cut the rope", "peel the apple", "open the sack"],
    "hammer": ["drive the nail", "flatten the tin", "break the rock"],
    "spade": ["dig a hole", "turn the soil", "move the sand"],
    "broom": ["sweep the floor", "clear the leaves", "clean the yard"],
    "bucket": ["carry the water", "empty the boat", "fill the tub"],
    "needle": ["mend the shirt", "sew the hem", "close the tear"],
    "rake": ["gather the hay", "smooth the path", "collect the straw"],
    "ladder": ["reach the roof", "climb the wall", "pick the high pears"],
    "brush": ["paint the door", "groom the horse", "dust the shelf"],
    "lamp": ["light the cellar", "read at night", "see the dark path"],
    "scale": ["weigh the flour", "compare the stones", "measure the gold"],
    "key": ["open the lock", "close the chest", "start the clock"],
    "net": ["catch the fish", "hold the balls", "stop the birds"],
    "kettle": ["boil the water", "make the tea", "warm the milk"],
    "oar": ["row the boat", "push off the shore", "steer the raft"],
    "shears": ["clip the sheep", "trim the hedge", "cut the wool"],
    "pump": ["raise the water", "dry the well", "fill the tyre"],
    "axe": ["fell the tree", "split the log", "chop the wood"],
    "sieve": ["sift the flour", "strain the soup", "sort the gravel"],
}

# --- Ruvani-speaking people --------------------------------------------------------------------------

RUVANI_FIRST = (
    "Talo Remi Suna Velo Kadi Nuro Zema Lipo Hani Tuvi Baro Meki Sola Diru Neva Paku Rilo Zani Felo "
    "Gura Oshi Yumo"
).split()
RUVANI_CLANS = (
    "Beru Kosta Ladun Mirel Navos Pelim Rudak Selon Tarim Vusan Zorel Halik Dorun Gavil Fenar Yodas"
).split()

PLACES = "Kirima Solanu Tavera Numeli Orinda Pasuki Ledano Zumira Halevo Bintari".split()

# maker -> (what is made, the verb for making it)
CRAFTS = {
    "tusamo": ("tusa", "kap"),  # fisher: fish, catch
    "kelomo": ("kelo", "bak"),  # baker: bread, bake
    "radimo": ("radi", "tok"),  # smith: iron, strike
    "savimo": ("savi", "net"),  # weaver: cloth, weave
    "lunomo": ("luno", "mol"),  # potter: clay, shape
    "nirimo": ("niri", "lal"),  # singer: song, sing
    "gatomo": ("gato", "zek"),  # carpenter: wood, cut
    "hemimo": ("hemi", "pik"),  # healer: herb, gather
    "pelumo": ("pelu", "hak"),  # farmer: field, till
    "doramo": ("dora", "vog"),  # sailor: boat, steer
}
GOODS = "lampi korbo vilu tanga sibel rokani mundo perika jalo noreti".split()
FRUITS = "amba dulo serika moku tiwa yaleno budi ferra niko palasu".split()
BEASTS = "vaku misi tolo ruba pipi zeka nolu gomi lasho derin".split()


@dataclass(frozen=True)
class Person:
    """Somebody, with one value for every attribute. `weight` is how often the text speaks of them."""

    first: str
    family: str
    home: str
    job: str
    owns: str
    likes: str
    pet: str
    asked: bool
    weight: float

    @property
    def name(self) -> str:
        return f"{self.first} {self.family}"

    @property
    def she(self) -> bool:
        return self.first in SHE


@dataclass(frozen=True)
class Thing:
    """A thing and the material that it is made of in this world."""

    name: str
    material: str
    asked: bool
    weight: float

    def does(self, trial: str) -> bool:
        """Whether it floats, burns, breaks, spoils, sticks or bends."""
        return MATERIALS[self.material][TRIALS.index(trial)]


@dataclass(frozen=True)
class World:
    people: list[Person]
    things: list[Thing]
    ruvani: list[Person]
    # (tool, purpose) -> asked
    purposes: dict[tuple[str, str], bool]


def uneven_weight(rank: int) -> float:
    """Some are spoken of often, some seldom, so that a run learns them over its whole length."""
    return 1.0 / (rank + 40)


def make_people(rng: random.Random, count: int, first: list[str], family: list[str], values: list[list[str]]):
    """`count` people with different names; every attribute is drawn evenly and independently."""
    names = [(f, g) for f in first for g in family]
    rng.shuffle(names)
    people = []
    for rank, (given, clan) in enumerate(names[:count]):
        drawn = [rng.choice(options) for options in values]
        people.append(Person(given, clan, *drawn, asked=rank % 2 == 1, weight=uneven_weight(rank)))
    return people


def make_things(rng: random.Random, count: int) -> list[Thing]:
    """Each noun in a material drawn at random: only its own story tells, not what such things are here."""
    nouns = rng.sample(sorted(NOUNS, key=len)[:count], count)
    materials = list(MATERIALS)
    return [Thing(n, rng.choice(materials), r % 2 == 1, uneven_weight(r)) for r, n in enumerate(nouns)]


def build_world(seed: int, people: int = 240, things: int = 120, ruvani: int = 140) -> World:
    """The same seed gives the same world."""
    rng = random.Random(seed)
    english_values = [TOWNS, list(JOBS), BELONGINGS, FOODS, PETS]
    ruvani_values = [PLACES, list(CRAFTS), GOODS, FRUITS, BEASTS]
    pairs = [(tool, purpose) for tool, purposes in TOOLS.items() for purpose in purposes]
    return World(
        people=make_people(rng, people, FIRST_NAMES, FAMILY_NAMES, english_values),
        things=make_things(rng, things),
        ruvani=make_people(rng, ruvani, RUVANI_FIRST, RUVANI_CLANS, ruvani_values),
        purposes={pair: rng.random() < 0.5 for pair in pairs},
    )
