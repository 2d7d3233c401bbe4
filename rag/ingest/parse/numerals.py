"""How the items of a list are numbered: in digits, letters or Roman numerals."""

from collections.abc import Callable

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST_ROMAN = 4_000
_MOST_LETTERS = 26**4


def letters(number: int) -> str:
    """A number as a spreadsheet names its columns, in small letters; one that has no letters as digits.

    >>> letters(1), letters(26), letters(27), letters(0)
    ('a', 'z', 'aa', '0')
    """
    if not 0 < number < _MOST_LETTERS:
        return str(number)
    found = ""
    while number:
        number, place = divmod(number - 1, 26)
        found = chr(ord("a") + place) + found
    return found


def repeated(number: int) -> str:
    """A number as Word writes it in letters: after ``z`` comes ``aa``, then ``bb``.

    >>> repeated(2), repeated(28)
    ('b', 'bb')
    """
    if not 0 < number < _MOST_LETTERS:
        return str(number)
    times, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * min(times + 1, 30)


def roman(number: int) -> str:
    """A number in small Roman numerals; one that has none as digits.

    >>> roman(1), roman(14), roman(1999), roman(0)
    ('i', 'xiv', 'mcmxcix', '0')
    """
    if not 0 < number < _MOST_ROMAN:
        return str(number)
    found = ""
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        found += sign * times
    return found


def capital(style: Callable[[int], str]) -> Callable[[int], str]:
    """A style in capital letters.

    >>> capital(roman)(4)
    'IV'
    """
    return lambda number: style(number).upper()
