"""Token features that go into the encoder beside the word pieces.

Mirrors `src/text/paragraph.rs`, `src/text/marks.rs` and `src/model/features.rs`; the parity test holds both sides to
the same numbers. All offsets are code points.
"""

OPENING = "“„«"
CLOSING = "”»"
STRAIGHT = '"'
BEFORE_OPENING = "([{—–-/‘'“"

CASES = 3
TYPES = CASES * 2 * 2
"""Rows of the token-type table: case × inside quotation marks × first token of a paragraph."""


def is_space(char):
    """White space as Rust's `char::is_whitespace` sees it."""
    return char.isspace() and char not in "\x1c\x1d\x1e\x1f"


def paragraphs(text):
    """Spans of the paragraphs: lines, where a hard-wrapped line joins the one before it."""
    lines, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        left, right = start, end
        while left < right and is_space(text[left]):
            left += 1
        while right > left and is_space(text[right - 1]):
            right -= 1
        lines.append((left, right))
        start = end + 1
    found = []
    joins = False
    for left, right in lines:
        if left == right:
            joins = False
            continue
        if joins and text[left].islower() and not ends_sentence(text[found[-1][1] - 1]):
            found[-1] = (found[-1][0], right)
        else:
            found.append((left, right))
        joins = True
    return found


def ends_sentence(char):
    return char in ".!?:;…\"'”’»)]"


def inside_marks(text, spans):
    """For each code point, whether it stands inside double quotation marks (the marks themselves count)."""
    inside = [False] * len(text)
    for start, end in spans:
        is_open = False
        for i in range(start, end):
            char = text[i]
            if char in OPENING:
                is_open = True
                inside[i] = True
            elif char in CLOSING:
                inside[i] = is_open
                is_open = False
            elif char == STRAIGHT:
                before = text[i - 1] if i > start else " "
                after = text[i + 1] if i + 1 < end else " "
                opens = not is_space(after) and (is_space(before) or before in BEFORE_OPENING)
                closes = not is_space(before) and (is_space(after) or not after.isalnum())
                if is_open:
                    inside[i] = True
                    is_open = opens and not closes
                else:
                    is_open = opens or not closes
                    inside[i] = is_open
            else:
                inside[i] = is_open
    return inside


def case_of(piece):
    """0 = no capital at its start, 1 = capital first, 2 = all capitals (two letters or more)."""
    letters = [c for c in piece if c.isalpha()]
    if not letters or not letters[0].isupper():
        return 0
    return 2 if len(letters) > 1 and all(c.isupper() for c in letters) else 1


def token_types(text, offsets):
    """The token-type id of each word piece, given its code-point offsets."""
    spans = paragraphs(text)
    inside = inside_marks(text, spans)
    types = []
    paragraph = 0
    opened = -1
    for start, end in offsets:
        while paragraph < len(spans) and start >= spans[paragraph][1]:
            paragraph += 1
        first = paragraph < len(spans) and start >= spans[paragraph][0] and opened != paragraph
        if first:
            opened = paragraph
        types.append(case_of(text[start:end]) + CASES * (inside[start] + 2 * first))
    return types


def paragraph_of(spans, offsets):
    """The number of the paragraph that each word piece stands in."""
    numbers, paragraph = [], 0
    for start, _ in offsets:
        while paragraph + 1 < len(spans) and start >= spans[paragraph][1]:
            paragraph += 1
        numbers.append(paragraph)
    return numbers
