"""The signs, codes and words that mark a number as an amount of money.

What this does not do: convert one currency to another.
"""

SIGNS = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee"}
CODES = {"usd": "dollar", "eur": "euro", "gbp": "pound", "chf": "franc", "kronor": "krona", "kroner": "krone"}
COINS = {"cent": ("", 0.01), "pence": ("pound", 0.01), "penny": ("pound", 0.01)}
_WORDS = """
    dollar euro pound yen rupee crown krone krona kronor kroner franc rouble ruble hryvnia zloty yuan peso lira rand
    shekel dirham dinar rial riyal forint baht rupiah naira shilling cedi usd eur gbp chf cent pence penny
""".split()
AFTER = rf"\s*(?-i:[A-Z][A-Za-z]+\s+)?(?P<word>{'|'.join(_WORDS)})s?\b"
"""What follows an amount, as a regular expression: a country's name or none, then the ``word`` of the currency."""
