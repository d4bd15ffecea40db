"""One load client for everything: keep-alive connections on raw streams, so that it costs little of the machine."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Call:
    """A request to repeat; `body` makes the n-th one's JSON."""

    method: str
    path: Callable[[int], str]
    body: Callable[[int], bytes] | None = None
    expect: tuple[int, ...] = (200, 201)
    headers: Callable[[int], str] = lambda number: ""
    accept: str = "application/json"
    kind: str = "application/json"


@dataclass
class Measured:
    """Milliseconds sequentially, and answers a second with eight clients."""

    median: float
    p95: float
    rate: float
    size: int


class Connection:
    """One keep-alive connection."""

    def __init__(self, host: str, port: int, who: str) -> None:
        self.host, self.port, self.who = host, port, who

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)

    async def send(self, call: Call, number: int) -> tuple[int, bytes, bytes]:
        body = call.body(number) if call.body else b""
        head = (
            f"{call.method} {call.path(number)} HTTP/1.1\r\nHost: localhost\r\n{self.who}"
            f"Accept: {call.accept}\r\n{call.headers(number)}"
        )
        if call.body:
            head += f"Content-Type: {call.kind}\r\nContent-Length: {len(body)}\r\n"
        self.writer.write(head.encode() + b"\r\n" + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        status = int(answer[9:12])
        length = next(
            (int(line.split(b":")[1]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length:")),
            0,
        )
        content = await self.reader.readexactly(length) if length else b""
        if status not in call.expect:
            raise RuntimeError(f"{call.method} {call.path(number)} answered {status}: {content[:300]!r}")
        return status, answer, content


async def _sequential(host: str, port: int, who: str, call: Call, count: int) -> tuple[list[float], int]:
    connection = Connection(host, port, who)
    await connection.open()
    times, size = [], 0
    for number in range(count + 5):
        start = time.perf_counter()
        _status, _head, content = await connection.send(call, number)
        if number >= 5:
            times.append((time.perf_counter() - start) * 1000)
        size = len(content)
    connection.writer.close()
    return times, size


async def _concurrent(host: str, port: int, who: str, call: Call, seconds: float, clients: int, start: int) -> float:
    done = 0
    until = time.perf_counter() + seconds

    async def work(client: int) -> None:
        nonlocal done
        connection = Connection(host, port, who)
        await connection.open()
        number = start + client
        while time.perf_counter() < until:
            await connection.send(call, number)
            number += clients
            done += 1
        connection.writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(work(client) for client in range(clients)))
    return done / (time.perf_counter() - begun)


def measure(url: str, who: str, call: Call, *, count: int = 100, seconds: float = 4.0) -> Measured:
    """The call once after the other, then with eight clients at once; `who` are the header lines that sign it in."""
    host, _, port = url.removeprefix("http://").partition(":")
    times, size = asyncio.run(_sequential(host, int(port), who, call, count))
    rate = asyncio.run(_concurrent(host, int(port), who, call, seconds, 8, count + 10))
    return Measured(statistics.median(times), statistics.quantiles(times, n=20)[18], rate, size)
