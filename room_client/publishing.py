"""From sources to the link: what a room publishes, and when.

Feeds outlive links where opening is slow (cameras); a link that is replaced finds them running.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from room_client.link import Link
from room_client.packetising import h264_payloads, split_annex_b, vp8_payloads
from room_client.sources.contract import EncodedFrame, Source, SourceUnusable
from room_client.sources.feed import Feed
from signaling.wire.rtp import VideoCodec
from signaling.wire.slots import Upstream

SourceMaker = Callable[[Upstream], Source | None]
Keep = Callable[[Upstream, str, EncodedFrame, float], None]
"""Hears of each frame that is to be sent, with its codec and when its source was opened, whether a line is there
or not."""


class Publishing:
    """One room's sources. `attach` a link, `set_on_air`, `detach`, at the end `close`."""

    def __init__(
        self,
        make_source: SourceMaker,
        on_problem: Callable[[Upstream, SourceUnusable | None], None],
        keep: Keep = lambda _upstream, _codec, _frame, _opened_at: None,
    ) -> None:
        self._keep = keep
        self._make_source = make_source
        self._on_problem = on_problem
        self._link: Link | None = None
        self._routes: dict[Upstream, Link] = {}  # the link that still gets a picture, until its next key frame
        self._handed_over = asyncio.Event()
        self._on_air = False
        self._interprets = False
        self._feeds: dict[Upstream, Feed] = {}
        self._codecs: dict[Upstream, str] = {}  # what the feeds were started for
        self._live: set[Upstream] = set()  # those that stay open off the air
        self._endings: set[asyncio.Task[None]] = set()

    @property
    def on_air(self) -> bool:
        """Whether something is being sent."""
        return self._on_air and self._link is not None

    @property
    def is_sending(self) -> bool:
        """On air, or heard as the interpreter."""
        return self._on_air or self._interprets

    def stuck_s(self, now_s: float) -> float:
        """The longest that one of the sources has been in one step."""
        return max((feed.stuck_s(now_s) for feed in self._feeds.values()), default=0.0)

    def attach(self, link: Link) -> None:
        """Publish on `link` from now on. Cameras are opened now, even off the air.

        Pictures go on over the link before, if there is one, up to the next key frame: none is lost.
        """
        before, self._link = self._link, link
        self._handed_over.clear()
        for upstream, feed in self._feeds.items():
            feed.want_key_frame()
            if before is not None and upstream.is_video and self._on_air and before.codec(upstream):
                self._routes.setdefault(upstream, before)
        for upstream in Upstream:
            codec = link.codec(upstream)
            if self._codecs.get(upstream, codec) != codec:
                self._end(upstream)
            if codec and upstream not in self._feeds:
                self._open_live(upstream, codec)
        self._apply()

    async def handed_over(self, within_s: float) -> None:
        """Wait until nothing goes over the link before any more."""
        try:
            async with asyncio.timeout(within_s):
                while self._routes:
                    self._handed_over.clear()
                    await self._handed_over.wait()
        except TimeoutError:  # a camera that makes no key frame: it has to do without the rest of its pictures
            self._routes.clear()

    def detach(self) -> None:
        """The link is gone. What was on air goes on with the next one, until the stage says otherwise."""
        self._link = None
        self._routes.clear()

    def set_on_air(self, on_air: bool) -> None:
        if on_air != self._on_air:
            self._on_air = on_air
            self._apply()

    def set_interprets(self, interprets: bool) -> None:
        """The microphone is wanted, and nothing else."""
        if interprets != self._interprets:
            self._interprets = interprets
            self._apply()

    def renew(self, upstream: Upstream) -> bool:
        """What the maker gives now takes its place. True: it is opened now; `on_problem` hears how it fares."""
        self._end(upstream)
        codec = self._link.codec(upstream) if self._link is not None else ""
        if codec:
            self._open_live(upstream, codec, tells_first=True)
        self._apply()
        return upstream in self._feeds

    def source(self, upstream: Upstream) -> Source | None:
        """What is open now, on air or off it."""
        feed = self._feeds.get(upstream)
        return feed.source if feed is not None else None

    def want_key_frame(self, upstream: Upstream) -> None:
        feed = self._feeds.get(upstream)
        if feed is not None:
            feed.want_key_frame()

    async def close(self) -> None:
        """End every thread and wait for it."""
        self._link = None
        self._routes.clear()
        for upstream in list(self._feeds):
            self._end(upstream)
        while self._endings:
            await asyncio.gather(*self._endings, return_exceptions=True)

    def _apply(self) -> None:
        for upstream in Upstream:
            on_air = self._on_air or (self._interprets and upstream is Upstream.MICROPHONE)
            if on_air and upstream not in self._feeds and self._link is not None:
                codec = self._link.codec(upstream)
                source = self._make_source(upstream) if codec else None
                if source is not None:
                    self._start(upstream, source, codec)
            feed = self._feeds.get(upstream)
            if feed is None:
                continue
            feed.set_on_air(on_air)
            if not on_air and upstream not in self._live:
                self._end(upstream)

    def _open_live(self, upstream: Upstream, codec: str, *, tells_first: bool = False) -> None:
        source = self._make_source(upstream)
        if source is not None and source.live:
            self._live.add(upstream)
            self._start(upstream, source, codec, tells_first=tells_first)

    def _start(self, upstream: Upstream, source: Source, codec: str, *, tells_first: bool = False) -> None:
        def told(problem: SourceUnusable | None) -> None:
            if self._feeds.get(upstream) is feed:  # and not of one that another has replaced
                self._on_problem(upstream, problem)

        feed = Feed(
            upstream.value,
            source,
            codec,
            lambda frame, opened_at: self._deliver(upstream, codec, frame, opened_at),
            told,
            tells_first=tells_first,
        )
        self._feeds[upstream] = feed
        self._codecs[upstream] = codec
        feed.start()

    def _end(self, upstream: Upstream) -> None:
        feed = self._feeds.pop(upstream, None)
        self._live.discard(upstream)
        self._codecs.pop(upstream, None)
        if self._routes.pop(upstream, None) is not None:
            self._handed_over.set()
        if feed is not None:
            task = asyncio.create_task(feed.stop(), name=f"room ends {upstream}")
            self._endings.add(task)
            task.add_done_callback(self._endings.discard)

    def _deliver(self, upstream: Upstream, codec: str, frame: EncodedFrame, opened_at: float) -> None:
        self._keep(upstream, codec, frame, opened_at)
        link = self._link
        if upstream in self._routes:
            if frame.key:
                del self._routes[upstream]
                self._handed_over.set()
            else:
                link = self._routes[upstream]
        sender = link.sender(upstream) if link is not None else None
        if sender is None:
            return
        if codec == VideoCodec.H264:
            payloads = h264_payloads(list(split_annex_b(frame.data)))
        elif codec == VideoCodec.VP8:
            sender.picture_id += 1
            payloads = vp8_payloads(frame.data, sender.picture_id)
        else:
            payloads = [frame.data]
        if payloads:
            rtp_time = sender.rtp_time(opened_at) + frame.ticks
            sender.send_frame(payloads, rtp_time, marker=upstream.is_video, now=time.monotonic())
