"""The lines of a picture, by RapidOCR: the only module that talks to it.

Its models come with the package and run in onnxruntime, in one thread. Nothing is ever downloaded. Lines are found on
a smaller picture, strip by strip, so that memory does not grow with its size, and read from the whole one.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from rag.errors import DocumentRejected
from rag.ingest.parse.ocr.spaces import Picture, Read, with_spaces

MOST_PIXELS = 40_000_000
"""Of a picture; an A4 page at 600 dots an inch has 35 million."""
_SHORT_SIDE = 1_250  # pixels of the picture in which lines are looked for: A4 at 150 dots an inch
_WIDEST = 2_000
_STRIP = 500_000  # pixels; a strip takes some 200 bytes a pixel
_OVERLAP = 96
_EDGE = 32  # pixels: near an edge a line is found less exactly
_LEAST_STRIP = 256
_MOST_LINES = 4_000
_LEAST_SCORE = 0.5
_TALL = 1.5
_TURNED = "180"
_NO_ROOM = "failed to map"
_LEAST_CONTRAST = 16  # of 255
_AROUND = 0.2  # heights
_IDEOGRAPHS = "\u2e80"
_NARROW = {0xFF00 + code: 0x20 + code for code in range(1, 0x5F)}  # wide signs, as the models write some of any text

Box = npt.NDArray[np.float32]
"""The corners of a line: upper left, upper right, lower right, lower left."""


class Line(NamedTuple):
    """A line that was recognised, with its corners in pixels from the upper left of the picture."""

    text: str
    corners: Box


def read_lines(picture: Image.Image) -> list[Line]:
    """The lines of a picture, in no order; one that lies on its side or its head is turned first.

    Args:
        picture: In RGB, of at most ``MOST_PIXELS``.

    Raises:
        DocumentRejected: For a picture of too many lines, and where what is installed does not start.
        MemoryError: For want of memory.
    """
    if _is_blank(picture):
        return []
    engine = _engine()
    try:
        return _lines(picture)
    except engine.failures as error:  # the networks are sound, so it is the room for what they make that was short
        raise MemoryError(str(error)) from error


def _lines(picture: Image.Image) -> list[Line]:
    boxes = _boxes(picture)
    if not _are_lines(boxes):
        turned = picture.transpose(Image.Transpose.ROTATE_90)
        others = _boxes(turned)
        picture, boxes = (turned, others) if _are_lines(others) else (picture, boxes)
    cuts = _cuts(picture, boxes)
    found, sure = _read(cuts, boxes)
    if cuts and _is_most(label == _TURNED for label in _ways(cuts)):
        boxes = _boxes(picture := picture.transpose(Image.Transpose.ROTATE_180))
        other, surer = _read(_cuts(picture, boxes), boxes)
        found = other if surer > sure else found  # of few letters, some look alike on their heads
    return found


def _read(cuts: Sequence[Picture], boxes: Sequence[Box]) -> tuple[list[Line], float]:
    """The lines in pictures of them, and how sure that is, 0 to 1."""
    if not cuts:
        return [], 0.0
    read, _ = _engine().run.text_rec(cuts, return_word_box=True)
    kept = [place for place, (text, score, _) in enumerate(read) if score >= _LEAST_SCORE and text.strip()]
    texts = with_spaces([_with_places(read[place][0], read[place][2], cuts[place]) for place in kept])
    sure = sum(score for _, score, _ in read) / len(read)
    return [Line(text, boxes[place]) for text, place in zip(texts, kept, strict=True)], sure


class _Engine(NamedTuple):
    """The recognition, and what it raises when it fails."""

    run: Any
    failures: tuple[type[Exception], ...]


@cache
def _engine() -> _Engine:
    """The recognition with its models, loaded once a process."""
    try:
        import cv2
        from rapidocr_onnxruntime import RapidOCR
        from rapidocr_onnxruntime.utils.infer_engine import ONNXRuntimeError
    except ImportError as error:
        if _NO_ROOM in str(error):
            raise MemoryError(str(error)) from error
        raise DocumentRejected(f"text recognition (OCR) does not start: {error}; install the extra again") from error
    cv2.setNumThreads(1)
    run = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1, det_limit_type="max")
    return _Engine(run, (ONNXRuntimeError, cv2.error))


def _boxes(picture: Image.Image) -> list[Box]:
    """Where lines are, found strip by strip; one in the overlap of two is found once, where it is whole."""
    width, height = picture.size
    share = min(1.0, _SHORT_SIDE / min(width, height), _WIDEST / width)
    small = picture if share == 1.0 else picture.resize((max(1, round(width * share)), max(1, round(height * share))))
    found: list[Box] = []
    step = max(_LEAST_STRIP, _STRIP // small.width)
    for top in range(0, small.height, step):
        start, end = max(0, top - _OVERLAP), min(top + step + _OVERLAP, small.height)
        known = [box for box in found if box[:, 1].max() > start]
        found += [box for box in _between(small, start, end) if not any(_has_middle(one, box) for one in known)]
        if len(found) > _MOST_LINES:
            raise DocumentRejected(f"a picture of more than {_MOST_LINES} lines; split it")
    return [box / share for box in found]


def _between(picture: Image.Image, start: int, end: int) -> Iterator[Box]:
    """Where lines are in a strip, without those that its edges cut."""
    first, last = start + _EDGE if start else 0, end - _EDGE if end < picture.height else end
    boxes, _ = _engine().run.text_det(_bgr(picture.crop((0, start, picture.width, end))))
    for box in boxes if boxes is not None else ():
        moved = box.astype(np.float32) + np.array([0, start], dtype=np.float32)
        if first <= moved[:, 1].min() and moved[:, 1].max() <= last:
            yield moved


def _has_middle(box: Box, other: Box) -> bool:
    """Whether the middle of another box is in one."""
    middle = other.mean(axis=0)
    return bool((box.min(axis=0) < middle).all() and (middle < box.max(axis=0)).all())


def _cuts(picture: Image.Image, boxes: Sequence[Box]) -> list[Picture]:
    """A picture of each line, a little wider than what was found: its first and last letters may reach out of that."""
    cuts: list[Picture] = (
        _engine().run.get_crop_img_list(_bgr(picture), [_widened(box) for box in boxes]) if boxes else []
    )
    return cuts


def _widened(box: Box) -> Box:
    along = (box[1] - box[0] + box[2] - box[3]) / (2 * max(_width(box), 1.0))
    more = _AROUND * _height(box) * along
    return box + np.array([-more, more, more, -more], dtype=np.float32)


def _with_places(text: str, columns: Sequence[Any], cut: Picture) -> Read:
    """What was recognised in a line, with the place of each character.

    Args:
        columns: First how many steps were taken across the picture; third, by words, at which the characters stand.
    """
    step = cut.shape[1] / columns[0]
    places = [min((column + 0.5) * step, float(cut.shape[1])) for word in columns[2] for column in word]
    is_wide = any(letter.isalpha() and letter >= _IDEOGRAPHS for letter in text)
    return Read(text if is_wide else text.translate(_NARROW), places, cut)


def _ways(cuts: Sequence[Picture]) -> list[str]:
    """Of each line whether it stands upright or on its head."""
    _, found, _ = _engine().run.text_cls(cuts)
    return [label for label, _ in found]


def _bgr(picture: Image.Image) -> Picture:
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def _is_blank(picture: Image.Image) -> bool:
    grey = np.asarray(picture.convert("L"))
    return int(grey.max()) - int(grey.min()) < _LEAST_CONTRAST


def _width(box: Box) -> float:
    return float(np.linalg.norm(box[1] - box[0]))


def _height(box: Box) -> float:
    return float(np.linalg.norm(box[3] - box[0]))


def _are_lines(boxes: Sequence[Box]) -> bool:
    """Whether most are wider than high: those of a page that lies on its side are cut by the strips, or high."""
    return _is_most(_height(box) <= _TALL * _width(box) for box in boxes)


def _is_most(found: Iterator[bool]) -> bool:
    every = list(found)
    return 2 * sum(every) > len(every)
