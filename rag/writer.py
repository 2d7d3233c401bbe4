"""The generative reader that the settings name."""

import re

from rag.answer.read.generative import GenerativeReader
from rag.answer.verify.judge import ClaimJudge
from rag.errors import SettingsError
from rag.models.chat import ChatLimits, ChatModel
from rag.models.protocols import PairScorer
from rag.settings import Settings

_ADDRESS = re.compile(r"https?://[^/\s]")


def writer_of(settings: Settings, scorer: PairScorer) -> GenerativeReader | None:
    """The reader that writes, ``None`` where no writer is set up.

    Raises:
        SettingsError: Where an address comes without a model, or the other way round, or is none.
    """
    url, model = settings.writer_url, settings.writer_model
    if bool(url) != bool(model):
        raise SettingsError(f"FOOTNOTE_WRITER_URL={url!r} and FOOTNOTE_WRITER_MODEL={model!r}: each needs the other")
    if not url:
        return None
    if not _ADDRESS.match(url):
        raise SettingsError(f"FOOTNOTE_WRITER_URL={url!r} cannot be used: it must begin with http:// or https://")
    limits = ChatLimits(
        tokens=settings.writer_answer_tokens,
        first_seconds=settings.writer_first_seconds,
        seconds=settings.writer_seconds,
        retries=settings.writer_retries,
    )
    chat = ChatModel(url, model, settings.writer_key, limits)
    judge = ClaimJudge(scorer)
    return GenerativeReader(chat, judge, evidence_tokens=settings.writer_evidence_tokens)
