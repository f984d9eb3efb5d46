"""A stress test: users who talk, round by round, until all is said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aura.models.model import Model
from aura.stress import server_process
from aura.stress.choice import Evidence
from aura.stress.churn import Churn
from aura.stress.corpus import Corpus
from aura.stress.counting import Counting
from aura.stress.metadata import load
from aura.stress.process import Footprint, footprint
from aura.stress.server_process import ServerProcess
from aura.stress.settings import StressSettings
from aura.stress.speaker import Material, Mix, Speaker
from aura.stress.tallies import Tallies
from aura.stress.timeline import Timeline
from aura.stress.traces import Tracer
from aura.stress.user import User
from aura.stress.warmup import Adjustment, adjusted
from aura.templates import TemplateLibrary

OnProgress = Callable[[str, float], object]
"""Is told the stage, and which share of it is done."""

OPENED_AT_A_TIME: Final = 50
"""Connections that are opened at a time."""

PRIMING: Final = 20
"""Messages that are said before anything is measured."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a test measured.

    Attributes:
        settings: of the test.
        material: that messages were made of.
        tallies: of all messages but those of the warm-up.
        churn: of the choice of templates.
        timeline: how it went.
        seconds: that the messages took.
        client: processor time of the users' process in them, and its memory at the end.
        server: the same for the server; None for a server of one's own.
        disagreements: messages that the server saw otherwise than the users.
        adjustment: what came of the warm-up; None without one.
        tracer: that wrote traces; None without.
    """

    settings: StressSettings
    material: Material
    tallies: Tallies
    churn: Churn
    timeline: Timeline
    seconds: float
    client: Footprint
    server: Footprint | None
    disagreements: int
    adjustment: Adjustment | None
    tracer: Tracer | None


class StressTest:
    """A test.

    Args:
        settings: what it does.
        on_progress: is told how far it is.

    Raises:
        StressError: the metadata are not of their form.
        CorpusError: the corpus holds something else than messages.
        DecodeError: the model is damaged.
        OSError: a file cannot be read or written.
    """

    def __init__(
        self, settings: StressSettings, on_progress: OnProgress = lambda _stage, _done: None
    ) -> None:
        self._settings = settings
        self._on_progress = on_progress
        model = Model.load_default() if settings.server.model is None else Model.load(settings.server.model)
        patterns = {number: template.pattern for number, template in model.templates.items()}
        usages = load(TemplateLibrary(patterns), settings.metadata)
        self._material = Material(Corpus.load(settings.corpus), usages)
        self._sessions = settings.server.settings()
        self._evidence = Evidence(settings.decay)
        self._server: ServerProcess | None = None

    async def run(self) -> Outcome:
        """Run the test.

        Raises:
            StressError: there is no server, or it does not answer as it should.
        """
        settings = self._settings
        async with AsyncExitStack() as stack:
            self._on_progress("connecting", 0.0)
            url = settings.url
            if url is None:
                self._server = await stack.enter_async_context(server_process.started(settings.server))
                url = f"ws://127.0.0.1:{self._server.port}"
            await self._prime(url)
            users = await stack.enter_async_context(self._opened(url))
            adjustment = await self._warm_up(users) if settings.warmup else None
            mix = (
                settings.mix()
                if adjustment is None
                else settings.mix(adjustment.weight, adjustment.exploration)
            )
            tracer = None
            if settings.trace_dir is not None:
                tracer = stack.enter_context(Tracer(settings.trace_dir, settings.seed))
            return await self._measure(users, mix, adjustment, tracer)

    async def _prime(self, url: str) -> None:
        """Say a few messages that nobody counts: what both ends load on first use is not what is measured."""
        first = User(0, url, self._sessions)
        await first.open()
        try:
            speaker = Speaker(self._material, self._settings.seed, 0, "priming")
            await first.play(speaker, PRIMING, self._settings.mix(), Evidence(1.0))
        finally:
            await first.close()

    @asynccontextmanager
    async def _opened(self, url: str) -> AsyncIterator[list[User]]:
        """All users, connected."""
        users = [User(number, url, self._sessions) for number in range(self._settings.users)]
        try:
            for start in range(0, len(users), OPENED_AT_A_TIME):
                async with asyncio.TaskGroup() as group:
                    for user in users[start : start + OPENED_AT_A_TIME]:
                        group.create_task(user.open())
            yield users
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        finally:
            await asyncio.gather(*(user.close() for user in users))

    async def _warm_up(self, users: list[User]) -> Adjustment:
        """Say a few messages, learn from them, and adjust the mix."""
        settings = self._settings
        tallies = Tallies()
        async for _ in self._rounds("warming up", users, settings.warmup, settings.mix(), Counting(tallies)):
            pass
        return adjusted(tallies, settings.corpus_weight, len(self._material.usages))

    async def _measure(
        self, users: list[User], mix: Mix, adjustment: Adjustment | None, tracer: Tracer | None
    ) -> Outcome:
        """Say all messages."""
        tallies, churn, timeline = Tallies(), Churn(self._material.usages), Timeline()
        before, server_before = footprint(), await self._server_footprint()
        start = time.perf_counter()
        counting = Counting(tallies, churn, tracer)
        async for _ in self._rounds("talking", users, self._settings.messages, mix, counting):
            server = await self._server_footprint()
            timeline.add(time.perf_counter() - start, tallies, footprint().resident, server.resident)
        seconds = time.perf_counter() - start
        after, server_after = footprint(), await self._server_footprint()
        return Outcome(
            settings=self._settings,
            material=self._material,
            tallies=tallies,
            churn=churn,
            timeline=timeline,
            seconds=seconds,
            client=_between(before, after),
            server=None if self._server is None else _between(server_before, server_after),
            disagreements=sum(user.disagreements for user in users),
            adjustment=adjustment,
            tracer=tracer,
        )

    async def _rounds(
        self, stage: str, users: list[User], messages: int, mix: Mix, counting: Counting
    ) -> AsyncIterator[float]:
        """Let all users say their shares of the messages, round by round; yield which share is said.

        All begin a round with the same evidence, and what they measured in it is learned in the order of the users,
        so that what they say does not depend on who is faster.
        """
        speakers = [Speaker(self._material, self._settings.seed, user.number, stage) for user in users]
        left = [messages // len(users) + (number < messages % len(users)) for number in range(len(users))]
        while any(left):
            counts = [min(count, self._settings.round_size) for count in left]
            left = [count - said for count, said in zip(left, counts, strict=True)]
            async with asyncio.TaskGroup() as group:
                played = [
                    group.create_task(user.play(speaker, count, mix, self._evidence))
                    for user, speaker, count in zip(users, speakers, counts, strict=True)
                ]
            results = [task.result() for task in played]
            self._evidence.learn(
                (measured.said.match.template_id, measured.plain, size)
                for found, views in results
                for measured, (_, _, size) in zip(found, views, strict=True)
                if measured.said.match is not None
            )
            counting.add([found for found, _ in results])
            done = 1 - sum(left) / messages
            self._on_progress(stage, done)
            yield done

    async def _server_footprint(self) -> Footprint:
        return Footprint() if self._server is None else await self._server.footprint()


def _between(before: Footprint, after: Footprint) -> Footprint:
    return Footprint(after.resident, after.seconds - before.seconds)
