"""Every list of English words, once. What is said of them stands where they are used."""

from calendar import day_name, month_name

MONTHS = tuple(name.lower() for name in month_name if name)
WEEKDAYS = tuple(name.lower() for name in day_name)

# what else a date is written with
DATE_WORDS = """
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun st nd rd th of
    the at on am pm a m p t z gmt utc est edt cst cdt mst mdt pst pdt et ct mt pt bst cet cest
""".split()

# amounts of money: signs, codes, coins as parts of their currency, words

SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee"}
CODES = {"usd": "dollar", "eur": "euro", "gbp": "pound", "chf": "franc", "kronor": "krona", "kroner": "krone"}
COINS = {"cent": ("", 0.01), "pence": ("pound", 0.01), "penny": ("pound", 0.01)}
_WORDS = """
    dollar euro pound yen rupee crown krone krona kronor kroner franc rouble ruble hryvnia zloty yuan peso lira rand
    shekel dirham dinar rial riyal forint baht rupiah naira shilling cedi usd eur gbp chf cent pence penny
""".split()
AFTER = rf"\s*(?-i:[A-Z][A-Za-z]+\s+)?(?P<word>{'|'.join(_WORDS)})s?\b"
"""What follows an amount, as a regular expression: a country's name or none, then the ``word`` of the currency."""

# words that carry no meaning in a question
STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any anyone anything are as at away be because been before
    being below between both but by can cannot could did do does doing done down during each either else ever every
    few for from further get gets give given go goes going got had has have having he her here hers herself him
    himself his how however i if in into is it its itself just let like made make makes many may me might more most
    much must my myself near no nor not now of off often on once one only or other others our ours out over own
    per please s same say said says see shall she should show since so some such t tell than that the their theirs
    them themselves then there these they thing things this those through to told too under until up upon us use
    very was we were what whatever when whence where whether which while who whom whose why will with within without
    would yet you your yours know happen happened happens mean means exactly according article articles source
    sources document documents kind kinds sort type way text mention mentioned ask asked want take took look
    """.split()
)

# what stands between two things that are asked after together
JOINING = "and or vs versus than with to from compared".split()

# what a greeting is made of, and thanks
GREETINGS = frozenset(
    """
    hi hello hey hallo greetings welcome thanks thank bye goodbye ok okay cheers lot great nice cool good sorry
    """.split()
)

# what a question about the collection itself asks for, and what else it is made of
DOCUMENTS = frozenset("document documents article articles source sources text texts file files collection".split())
LISTING = frozenset("list listed available there contain contains added uploaded ingested hold holds have".split())

# in capitals no stop words: "US" is not "us"
ABBREVIATIONS = frozenset(["US", "WHO", "IT"])  # in small letters stop words; "AFTER" is only loud

AUXILIARIES = "did does do is are was were has have had will would can could should may might must".split()

PREPOSITIONS = frozenset(
    "in on by at from for to with against since until of about during after before between under over into near".split()
)

QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())

# words that name nothing
FUNCTION_WORDS = (
    PREPOSITIONS
    | QUESTION_WORDS
    | frozenset(AUXILIARIES)
    | frozenset(
        """and or but so if than as that there then not no be been being it he she they we you i him them us me who
        because while also too still yet just only else according despite although however meanwhile firstly
        secondly furthermore nonetheless regarding yes hey so okay alright""".split()
    )
)

DETERMINERS = frozenset("the a an this these those both his her its their our your my some any each every".split())

# words that begin a clause
CLAUSE_WORDS = QUESTION_WORDS | frozenset("if because while although despite but so".split())

# the usual verbs, in the plain form
VERBS = frozenset(
    """accept achieve act adopt affect agree aim announce answer approve argue ask attack attend ban become begin
    believe belong bring build buy call cause change claim close come compare condemn consider contain continue cost
    create criticise criticize cut decide declare defend define demand deny depend describe develop die differ discuss
    do drop eat employ enable end enter escalate exist expect explain fail fall fear feel fight find focus follow found
    fund get give go grow happen have help hold host hope hurt impose improve include increase insist intend invite
    involve join keep kill know last launch lead learn leave let live look lose make matter mean mediate meet move need
    negotiate occupy offer open oppose own pay plan play prefer prepare prevent produce promise propose protect prove
    publish put raise reach react read receive reconsider refer refuse reject remain replace reply report request
    require respond return rise run save say see seek seem sell send serve set show sign solve speak spend stand start
    stay stop suffer suggest support suspect take talk teach tell think threaten trust try turn understand urge use
    visit vote wait want warn watch wear win withdraw work worry write""".split()
)

# pronouns that own
OWNING = frozenset("his her hers its their theirs".split())

BE = frozenset("is was isn't isn’t wasn't wasn’t".split())

# adjectives that say something of a person or thing, never of a clause
OF_A_SUBJECT = frozenset("able unable ready willing unwilling eager due bound".split())

PLACE_PREPOSITIONS = frozenset("in at near from to into".split())

# words of a name that do not tell whose it is
TITLES = frozenset(
    """
    mr mrs ms miss dr prof professor sir dame lord lady king queen prince princess president minister prime senator
    governor mayor judge captain general colonel sergeant officer director chairman chairwoman chief coach doctor nurse
    schoolgirl schoolboy bishop pope father sister st saint the plc inc ltd llc corp co group company holdings of and
    """.split()
)

# countries and continents that zone names lack
MORE_COUNTRIES = (
    "Britain", "Great Britain", "United Kingdom", "UK", "England", "Scotland", "Wales", "America", "US", "USA", "U.S",
    "Europe", "Africa", "Asia", "Australia", "South America", "North America", "Holland", "Burma", "Congo",
)  # fmt: skip

NEGATORS = frozenset(
    """
    not no never nobody none neither nor cannot lack lacks lacking lacked unable nothing unlikely
    """.split()
)

OPPOSITES = """
    open/closed open/close open/shut approve/reject approve/refuse accept/reject accept/refuse agree/refuse agree/reject
    alive/dead rise/fall increase/decrease increase/fall increase/reduce reduce/increase grow/shrink win/lose
    guilty/innocent guilty/acquitted convict/acquit safe/dangerous safe/unsafe support/oppose resign/stay
    succeed/fail confirm/deny injured/unhurt injured/unharmed injured/uninjured hurt/unhurt hurt/unharmed
    hurt/uninjured continue/stop continue/end start/stop begin/end keep/drop allow/ban allow/forbid legal/illegal
    likely/unlikely possible/impossible true/false present/absent found/missing pass/fail stay/leave
    strong/weak early/late full/empty cheap/dear male/female rise/drop buy/sell ahead/behind respect/violate
""".split()

# longest first among those that begin alike
CARDINALS = """
    seventeen thirteen fourteen eighteen nineteen fifteen sixteen seventy eleven twelve twenty thirty eighty ninety
    three seven eight forty fifty sixty four five nine one two six ten
""".split()

# forms of a word that its stem does not show
IRREGULAR = {
    "found": "find", "won": "win", "led": "lead", "began": "begin", "begun": "begin", "held": "hold", "built": "build",
    "bought": "buy", "sold": "sell", "gave": "give", "given": "give", "dead": "die", "death": "die", "lost": "lose",
    "loss": "lose", "rose": "rise", "risen": "rise", "fell": "fall", "fallen": "fall", "grew": "grow", "grown": "grow",
    "wrote": "write", "written": "write", "took": "take", "taken": "take", "left": "leave", "stood": "stand",
    "struck": "strike", "caught": "catch", "drew": "draw", "drawn": "draw", "paid": "pay", "spent": "spend",
    "ran": "run", "swam": "swim", "stole": "steal", "stolen": "steal", "chose": "choose", "chosen": "choose",
    "choice": "choose", "theft": "steal", "meant": "mean", "broke": "break", "broken": "break", "sank": "sink",
    "sunk": "sink", "shut": "close", "winner": "win", "winning": "win",
}  # fmt: skip

# words that say too little to stand for a question
EMPTY_WORDS = frozenset("long last often place part back say said want".split())

# words with which a sentence points elsewhere
NEEDS_MORE = frozenset(
    "this that these those his her its their such both each every any some it they he she we i you".split()
)

# those who are counted without a word of the question
PEOPLE = """
    people person persons passengers patients men women children residents workers victims soldiers civilians students
    pupils employees staff miners visitors guests tourists travellers protesters demonstrators supporters fans families
    members survivors lives casualties villagers migrants refugees customers participants
    """.split()

# words with which a source says what somebody said
SAYING = "say said tell told confirm announce report decide warn write add statement".split()

# words of a question that only ask
ASKING = """
    long many much old age far tall high deep wide heavy big large date day year month week percentage share proportion
    number amount city town village country place region state company firm body agency organisation organization
    currently percent hour minute exactly
    """.split()

# words that a yes or a no does not hang on
BESIDE_THE_POINT = "new old latest current currently local big large small now already still yet ever really".split()

# words of a line that may look like a name, and is none
NOT_IN_BYLINES = "updated published posted index note notes bio biography".split()

# abbreviations that stand before what they are said of; a sentence goes on after them
LEADING = frozenset(
    """approx incl excl esp resp cf viz vs ms mx messrs dept govt natl nat intl assoc asst attn fmr misc addl ill illus
    repr suppl supp trans anon circa""".split()
)

# and those before a number, which may end a sentence too
MEASURING = frozenset(
    """max min avg est vol vols ver rev fig figs eq eqs ed eds ch chap para paras pt pts tel fax ext ref refs tab temp
    qty wt ht dia diam lat alt pos col cl reg bk abt mag freq cap ser mon tue tues wed thu thur thurs fri sat sun
    """.split()
)

# units that are told apart by their word alone, by stem: short and long forms of one are the same
MEASURES = {
    pair.partition("/")[0]: pair.split("/")[-1]
    for pair in """
    l/litr liter/litr litr ml/millilitr millilit/millilitr gallon pint quart cup teaspoon tsp/teaspoon tablespoon
    tbsp/tablespoon barrel watt w/watt kilowatt kw/kilowatt megawatt mw/megawatt gigawatt gw/gigawatt volt amp/amper
    amper ohm byte kb/kilobyt kilobyt mb/megabyt megabyt gb/gigabyt gigabyt tb/terabyt terabyt hertz hz/hertz
    khz/kilohertz mhz/megahertz ghz/gigahertz joul calori kcal/kilocalori kilocalori newton pascal psi bar knot acr
    carat point percent time second minut hour day week month year decad centuri
    """.split()
}

# how many, how often: words of one class may stand for each other
QUANTIFIERS = {
    word: name
    for name, words in {
        "all": "all every each always entire whole everyone everybody everything entirely completely",
        "none": "none never neither nobody nothing",
        "some": "some several sometimes occasionally partly partial",
        "most": "most mostly majority usually often generally frequently typically",
        "many": "many numerous",
        "few": "few rarely seldom hardly minority infrequently",
        "only": "only solely exclusively",
        "both": "both",
        "half": "half",
    }.items()
    for word in words.split()
}

# what must, may and will be
MODALS = {
    word: name
    for name, words in {
        "may": "may might could can possibly perhaps optionally optional",
        "must": "must shall required mandatory obliged obligatory",
        "should": "should ought recommended",
        "will": "will would",
    }.items()
    for word in words.split()
}

# comparisons and places in an order, each with what says the opposite
_COMPARED = """
    more/less more/fewer higher/lower larger/smaller greater/smaller greater/less greater/lower bigger/smaller
    before/after before/following above/below over/under earlier/later longer/shorter largest/smallest
    highest/lowest most/least maximum/minimum best/worst better/worse older/younger older/newer oldest/youngest
    oldest/newest north/south northern/southern east/west eastern/western left/right inside/outside first/last
    top/bottom faster/slower warmer/colder warmer/cooler hotter/colder heavier/lighter wider/narrower
    deeper/shallower richer/poorer up/down upper/lower outdoors/indoors import/export imports/exports gain/loss
    profit/loss credit/debit predecessor/successor cheaper/dearer stronger/weaker taller/shorter closer/farther
    nearest/farthest longest/shortest fastest/slowest exceed/below exceeds/below ahead/behind morning/evening
    parent/child increase/decrease increased/decreased increases/decreases increasing/decreasing
""".split()
COMPARED: dict[str, frozenset[str]] = {}
for _pair in _COMPARED:
    for _one, _other in (_pair.split("/"), reversed(_pair.split("/"))):
        COMPARED[_one] = COMPARED.get(_one, frozenset()) | {_other}
