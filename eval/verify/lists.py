"""Word lists of the pairs, made apart from those of the product: words that mean the same, and words that do not."""

SAME = [
    pair.split("/")
    for pair in """
    began/started start/begin large/big approximately/about around/about built/constructed used/employed help/assist
    helped/assisted obtain/get often/frequently usually/normally received/got buy/purchase bought/purchased
    show/demonstrate showed/demonstrated main/principal also/too ask/request asked/requested choose/select
    provide/supply provided/supplied send/transmit information/data collect/gather collected/gathered website/site
    websites/sites named/called near/beside famous/renowned important/significant because/since while/whereas
    created/made ended/finished died/perished lives/resides replace/substitute protect/safeguard delete/erase
    need/require needed/required entire/whole difficult/hard easy/simple quickly/fast ill/sick rapid/quick
    primarily/mainly mainly/chiefly almost/nearly nearly/almost allowed/permitted allow/permit following/after
    """.split()
]

MORE_SAME = {
    "such as": "for example",
    "in order to": "to",
    "due to": "because of",
    "as well as": "and also",
    "a number of": "several",
    "many": "a lot of",
    "before": "prior to",
    "passed on": "handed on",
    "in addition": "besides",
    "at the end of": "towards the close of",
    "throughout": "all through",
    "prior to": "before",
    "according to": "as stated by",
    "close to": "near",
    "known as": "called",
    "made up of": "consisting of",
    "third parties": "other companies",
    "opt out of": "decline",
    "per cent": "percent",
}

UNITS = """
    kilometres/miles miles/kilometres km/miles metres/feet feet/metres kilograms/pounds tonnes/pounds
    million/billion billion/million thousand/million hours/minutes minutes/hours days/weeks weeks/months
    months/years years/months percent/times dollars/euros euros/dollars litres/gallons degrees/percent cents/dollars
    seconds/minutes centuries/decades decades/centuries meters/yards inches/centimetres acres/hectares
    """.split()

QUANTIFIERS = """
    all/some some/all most/few many/few few/many every/no each/no always/sometimes never/often often/never
    usually/rarely rarely/usually only/also both/neither several/no any/no none/all sometimes/always entire/partial
    majority/minority half/all mostly/rarely frequently/rarely
    """.split()

COMPARISONS = """
    more/less less/more higher/lower lower/higher larger/smaller smaller/larger greater/smaller before/after
    after/before increase/decrease increased/decreased decreased/increased decrease/increase above/below below/above
    over/under first/last earlier/later later/earlier longer/shorter largest/smallest highest/lowest most/least
    rose/fell increases/decreases maximum/minimum minimum/maximum best/worst older/younger north/south south/north
    east/west
    """.split()

MODALITIES = """
    may/must can/must might/will could/did must/may should/need not will/may cannot/can shall/may would/did
    """.replace("need not", "need_not").split()
