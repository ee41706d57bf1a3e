"""Makes up office-hours sentences, so that the model meets more than its fixture."""

import random

NAMES = (
    "Priya Raman|Tomasz Nowak|Maria Lopez|Daniel Okafor|Hannah Berg|Kenji Sato|Priya|Tomasz|Maria|Daniel|Hannah|Kenji"
    "|Laura Simons|Peter Hall|Anna Weber|George Mills|Helen Price|Martin Cole|Sarah|Steve|Linda|Robert|Emma|Victor"
).split("|")
COMPANIES = (
    "Halcyon Freight|Northwind Traders|Brightwater Bank|Juniper Clinics|Halcyon|Northwind|Brightwater|Juniper"
    "|Silver Lake Foods|Granite Insurance|Harbor Energy|Maple Street Books"
).split("|")
PRODUCTS = "Lumen|Project Falcon|Bluefin|Lumen|the Lumen client|Falcon|the Lumen broker".split("|")
THINGS = (
    "batch retries|the replay button|dead letters|a webhook|a dry run|the dashboard|the command line|the config file"
    "|the Python client|the Java client|the Rust client|slow consumers|signing keys|the error message|message ordering"
    "|the scheduler|a memory leak|old messages|the audit log|idle workers|a filter by topic|the worker|the queue"
    "|exactly once delivery|the retry limit|the network|our contract|patient data|the second example|the docs"
    "|better metrics|a health check|the login page|a rate limit|schema changes|the release notes|a backup|the test suite"
    "|large payloads|the upload form|a search box|two regions|the price list|the support team|an export button"
).split("|")
ACTS = (
    "share|pause|replay|rotate|delete|filter|move|launch|support|find|read|send|fix|test|open|show|write|change|need"
    "|see|stop|start|watch|check|export|import|trace|remove|rename|measure|copy|keep|build|ship|load|save"
).split("|")
TIMES = (
    "today|this week|last week|next month|on Friday|in October|in June|until the spring|this quarter|every second"
    "|for an hour|for a minute|twice a day|before lunch|after the launch|three days ago|every night|on Monday|in March"
).split("|")
QUALITIES = (
    "faster|slower|easier|clear|safe|wrong|broken|missing|better|cheap|stable|simple|useful|confusing|ready|late|new|small"
).split("|")
NUMBERS = "two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|four hundred|two thousand".split("|")
PATTERNS = (
    "My name is {name} from {company}.|Hi, I am {name} from {company}.|Hello, this is {name}.|{name} is with {company}."
    "|I work on {thing} at {company}.|We would love to have {thing} in {product}.|Is there a way to {act} {thing}?"
    "|I did not know that {product} could {act} {thing}.|Please do not {act} the name {product}."
    "|{product} is not {quality} {time}.|We {act} {number} messages {time}.|{thing} was {quality} {time}."
    "|The {quality} part is {thing}.|Could you {act} {thing} for {name}?|{company} will {act} {thing} {time}."
    "|Let me {act} {thing} {time}.|We need {thing} for {product}.|How do I {act} {thing}?|I wish {thing} had {thing}."
    "|{company} has {number} stores.|Our team at {company} asked for {thing}.|{company} cannot {act} {thing}."
    "|That was {quality}.|It would help if {thing} had a limit.|You can {act} it in {thing}.|Oh nice, I had no idea."
    "|Can we get {thing} when {thing} is {quality}?|{name}, could you {act} {thing}?|Thank you {name}, that is {quality}."
    "|We are moving from {thing} to {thing}.|{thing} hangs when {thing} is {quality}.|{name} found {thing} in {product}."
    "|{name} asked for {thing}.|We want to {act} {thing} by date.|Does {product} {act} {thing}?|It took us {number} days."
    "|Please keep {thing} out of {thing}.|{product} depends on {thing}.|We plan to {act} {product} {time}."
    "|{name} said {thing} ships {time}.|I would like to {act} {thing}.|Nobody knew about {thing}."
    "|The contract with {company} ends {time}.|See you {time}, and thanks for your help.|We pay too much for {thing}."
    "|{name} and {name} will {act} {thing} {time}.|Good morning, {name}.|{thing}, {thing} and {thing}."
    "|I think {thing} is {quality} {time}.|So {name} wants to {act} {product} {time}.|{number} of them are {quality}."
).split("|")
SLOTS = {
    "name": NAMES,
    "company": COMPANIES,
    "product": PRODUCTS,
    "thing": THINGS,
    "act": ACTS,
    "time": TIMES,
    "quality": QUALITIES,
    "number": NUMBERS,
}


def sentences(count: int, seed: int, words: list[str]) -> list[str]:
    """Distinct sentences; every sixth is a row of unrelated `words`, so that sound counts more than grammar."""
    chance = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        made[_row(chance, words) if len(made) % 6 == 0 else _sentence(chance)] = None
    return list(made)


def _sentence(chance: random.Random) -> str:
    words = chance.choice(PATTERNS)
    for slot, choices in SLOTS.items():
        while "{" + slot + "}" in words:
            words = words.replace("{" + slot + "}", chance.choice(choices), 1)
    return words[0].upper() + words[1:]


def _row(chance: random.Random, words: list[str]) -> str:
    row = " ".join(chance.choice(words) for _ in range(chance.randint(3, 8)))
    return row[0].upper() + row[1:] + "."


def vocabulary(sentence_list: list[str]) -> list[str]:
    """Every word of these sentences and of the slots, without punctuation."""
    text = " ".join([*sentence_list, *(choice for choices in SLOTS.values() for choice in choices)])
    return sorted({word.strip(".,?") for word in text.split()})
