"""Numbers as people write them: 50%, $3.50, 1,062, 1.062,5 and 3 kg.

All values of a column are read by one rule, or none is: the same sign of currency, the same unit,
and the same meaning of points and commas.
"""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product

from lossbench.data.reading.form import Decimal

SIGN = r"[-+\u2212]"
CODES = (
    "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|TRY|BRL|MXN|ZAR|KRW|SGD|HKD"
)
CURRENCY = rf"(?:R|US|A|C|HK)?[$€£¥₹₽₩₺₪]|Fr\.?|(?:{CODES})(?![A-Za-z])"
BLANK = " \u00a0\u202f\u2009"
QUOTE = "'\u2019"
FRACTIONS = "\u00bc-\u00be\u2150-\u215e\u2189"
# A sign, a currency, digits with what stands between them, and a unit, in this order.
WRITTEN = re.compile(
    rf"(?P<open>\()?(?P<sign>{SIGN})?\s*(?P<before>{CURRENCY})?\s*(?P<inner>{SIGN})?"
    rf"(?P<digits>\d(?:[\d.,{QUOTE}{BLANK}]*[\d.,])?|[.,]\d+)(?P<exponent>[eE][-+]?\d+)?"
    # Accounts may have the sign behind; in marks, 2- is no number. Prices may have a dash for no
    # cents. 1st is a place and no unit, and 3½ is more than 3.
    rf"(?:(?P<behind>(?<=[.,]\d\d)-)|(?<=[.,])[-\u2013\u2014]{{1,2}})?(?!(?i:st|nd|rd|th)\b)"
    rf"\s*(?P<after>(?![{FRACTIONS}])[^\W\d_][^\d,;:()]{{0,11}}|"
    rf"[%‰°+\"'$€£¥₹][^\d,;:()]{{0,5}})?(?P<close>\))?"
)
# Units that may stand beside others in a column, in small letters. Others make codes and addresses,
# such as 4B, 12F and 7 Main St.
UNITS = {
    *("", "%", "‰", "+", "kg", "g", "mg", "lb", "oz", "t", "km", "m", "cm", "mm", "mi", "ft", "in"),
    *("yd", "l", "ml", "cl", "dl", "gal", "h", "hr", "hour", "min", "s", "sec", "ms", "d", "day"),
    *("week", "month", "year", "yr", "k", "mn", "mio", "bn", "mrd", "tsd", "kb", "mb", "gb", "tb"),
    *("kw", "mw", "gw", "kwh", "mwh", "hz", "khz", "mhz", "ghz", "kj", "kcal", "cal", "pa", "hpa"),
    *("kpa", "bar", "mbar", "psi", "°c", "°f", "ha", "m²", "km²", "sqm", "sqft", "'", '"'),
}


@dataclass(frozen=True)
class Convention:
    """What stands before the decimals, and between groups of three digits if anything."""

    decimal: Decimal
    thousands: str = ""

    @property
    def digits(self) -> re.Pattern[str]:
        """What the digits of a number are in this convention."""
        point = re.escape(self.decimal)
        plain = rf"\d+(?:{point}\d*)?|{point}\d+"
        if not self.thousands:
            return re.compile(plain)
        comma = f"[{re.escape(self.thousands)}]"
        # In India the groups above the thousands have two digits.
        return re.compile(
            rf"[1-9]\d{{0,2}}(?:{comma}\d{{2,3}})*{comma}\d{{3}}(?:{point}\d*)?|{plain}"
        )

    def number(self, digits: str, exponent: str) -> float:
        """The number that some digits and an exponent, such as e-3, are."""
        for mark in self.thousands:
            digits = digits.replace(mark, "")
        return float(digits.replace(self.decimal, ".") + exponent)


DECIMALS: tuple[Decimal, ...] = (".", ",")
CONVENTIONS = [
    Convention(decimal, thousands)
    for thousands, decimal in product(("", ",", ".", BLANK, QUOTE), DECIMALS)
    if thousands != decimal
]
PLAIN = re.compile(r"[-+0-9.eE\n]*")
# Codes, such as 007 and 01234: their zeros would be lost.
PADDED = re.compile(r"(0\d+|\d+)(\n(0\d+|\d+))*")
SAMPLE = 500  # different texts by which a column is known to have no numbers


@dataclass(frozen=True)
class Numbers:
    """Texts read as numbers by one rule.

    ``values`` maps each text that is a number to it; ``others`` are the rest. ``in_other_ways`` are
    those of them that are numbers in another unit or way of writing. ``is_plain`` says that the
    values have no unit, no currency and no other mark than a decimal point.
    """

    values: dict[str, float]
    others: tuple[str, ...]
    in_other_ways: frozenset[str] = frozenset()
    is_plain: bool = False


def read(texts: Sequence[str], decimal: Decimal) -> Numbers:
    """Different texts as numbers, by the rule that fits most of them.

    ``decimal`` is the mark before decimals, where the texts do not tell: 1,062 may be 1062 or
    1.062.
    """
    if not any(map(_written, texts[:SAMPLE])):
        return Numbers({}, tuple(texts))
    joined = "\n".join(texts)
    if PADDED.fullmatch(joined) and any(it[0] == "0" < it[1:] for it in texts):
        return Numbers({}, tuple(texts))
    if PLAIN.fullmatch(joined) and (decimal == "." or "." not in joined):
        with suppress(ValueError):
            return Numbers(dict(zip(texts, map(float, texts), strict=True)), (), is_plain=True)
    found = {text: match for text in texts if (match := _written(text))}
    # Nothing is nothing in any unit.
    zeros = {text for text in found if text == "0"}
    units = Counter(_unit(it) for text, it in found.items() if text not in zeros)
    if not units:
        return Numbers({}, tuple(texts))
    unit, _ = units.most_common(1)[0]
    same = {text: it for text, it in found.items() if text in zeros or _unit(it) == unit}
    digits = {text: match["digits"] for text, match in same.items()}
    convention = _convention(list(digits.values()), decimal)
    pattern = convention.digits
    values = {
        text: _sign(same[text]) * convention.number(it, same[text]["exponent"] or "")
        for text, it in digits.items()
        if pattern.fullmatch(it)
    }
    is_plain = unit == ("", "") and convention == CONVENTIONS[0]
    others = tuple(it for it in texts if it not in values)
    alike = frozenset(it for it in others if it in found and _is_clear(found[it]))
    is_clear = any(map(_is_clear, same.values()))
    return Numbers(values, others, alike if is_clear else frozenset(), is_plain)


def _is_clear(match: re.Match[str]) -> bool:
    """Whether a text is a number in some convention, with a unit that is known to be one."""
    _, after = _unit(match)
    is_known = after.casefold() in UNITS or re.fullmatch(CURRENCY, after, re.IGNORECASE) is not None
    return is_known and any(it.digits.fullmatch(match["digits"]) for it in CONVENTIONS)


def _written(text: str) -> re.Match[str] | None:
    """The parts of a text that is a number: parentheses come in pairs, and there is one sign."""
    match = WRITTEN.fullmatch(text.strip())
    if not match or bool(match["open"]) != bool(match["close"]):
        return None
    signs = ("open", "sign", "inner", "behind")
    return match if sum(bool(match[it]) for it in signs) <= 1 else None


def _unit(match: re.Match[str]) -> tuple[str, str]:
    """What stands before and behind the digits: 1 year has the unit of 2 years."""
    after = (match["after"] or "").strip()
    # mW is less than MW.
    after = after if len(after) < 4 and after[:1] in ("m", "M") else after.casefold()
    return match["before"] or "", after.rstrip(".").removesuffix("s") if len(after) > 2 else after


def _sign(match: re.Match[str]) -> int:
    negative = bool(match["open"] or match["behind"])
    negative |= (match["sign"] or match["inner"] or "+") != "+"
    return -1 if negative else 1


def _convention(digits: Sequence[str], decimal: Decimal) -> Convention:
    """The convention that fits the most of some digits; where several do, that of ``decimal``."""

    def fits(convention: Convention) -> int:
        pattern = convention.digits
        return sum(pattern.fullmatch(it) is not None for it in digits)

    counts = {it: fits(it) for it in CONVENTIONS}
    most = max(counts.values())
    best = [it for it, count in counts.items() if count == most]
    # 1.062 is a plain number unless commas stand before the decimals of this file.
    return next((it for it in best if it.decimal == decimal), best[0])
