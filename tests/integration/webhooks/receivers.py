"""Receivers on 127.0.0.1, healthy and hostile, each a listening socket with a thread for every connection."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

#: What a receiver does with a connection after the request was read.
Behaviour = Callable[[socket.socket], None]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(kw_only=True)
class Receiver:
    """A running receiver and what reached it."""

    port: int
    #: Connections accepted.
    connections: int = 0
    #: Whole requests as they came in.
    requests: list[bytes] = field(default_factory=list)
    #: Host names asked for in TLS handshakes.
    names: list[str | None] = field(default_factory=list)


@contextlib.contextmanager
def receiver(
    behave: Behaviour, *, tls: ssl.SSLContext | None = None, raw: bool = False, backlog: int = 16
) -> Iterator[Receiver]:
    """Listen on an ephemeral port; `raw` hands over the bare connection, before any request or handshake."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)
    here = Receiver(port=listener.getsockname()[1])
    threads: list[threading.Thread] = []
    open_ones: list[socket.socket] = []
    if tls is not None:
        tls.sni_callback = lambda _sock, name, _context: here.names.append(name)

    def converse(bare: socket.socket) -> None:
        with contextlib.suppress(OSError), bare:
            if raw:
                behave(bare)
                return
            with tls.wrap_socket(bare, server_side=True) if tls else bare as sock:
                request = read_request(sock)
                if request:
                    here.requests.append(request)
                behave(sock)

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            here.connections += 1
            sock.settimeout(5)
            open_ones.append(sock)
            threads.append(threading.Thread(target=converse, args=(sock,)))
            threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield here
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for thread in threads:
            thread.join()
        for sock in open_ones:
            sock.close()


def read_request(sock: socket.socket) -> bytes:
    """One request with its Content-Length of body; empty when the peer left before that."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += (piece := sock.recv(65536))
        if not piece:
            return b""
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    while len(body) < length:
        body += (piece := sock.recv(65536))
        if not piece:
            return b""
    return head + b"\r\n\r\n" + body


def says(answer: bytes) -> Behaviour:
    """Answer with these bytes and close."""
    return lambda sock: sock.sendall(answer)


def status(line: str, *headers: str) -> Behaviour:
    """Answer with an empty body."""
    return says("\r\n".join([f"HTTP/1.1 {line}", *headers, "Content-Length: 0", "", ""]).encode("latin-1"))


def slow(answer: bytes, delay_s: float) -> Behaviour:
    """Answer after a while."""

    def behave(sock: socket.socket) -> None:
        time.sleep(delay_s)
        sock.sendall(answer)

    return behave


def hang(sock: socket.socket) -> None:
    """Say nothing until the other side gives up."""
    while sock.recv(65536):
        pass


def drip(start: bytes, drop: bytes, *, pause_s: float = 0.02) -> Behaviour:
    """Say `start`, then `drop` again and again, never ending."""

    def behave(sock: socket.socket) -> None:
        sock.sendall(start)
        while True:
            sock.sendall(drop)
            time.sleep(pause_s)

    return behave


def flood(start: bytes, wave: bytes) -> Behaviour:
    """Say `start`, then `wave` as fast as it goes, never ending."""
    return drip(start, wave, pause_s=0)


def says_then_hangs(start: bytes) -> Behaviour:
    """Say `start` and then nothing, the connection left open."""

    def behave(sock: socket.socket) -> None:
        sock.sendall(start)
        hang(sock)

    return behave


def reset(sock: socket.socket) -> None:
    """Send RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def drip_ciphertext(context: ssl.SSLContext, answer: bytes, *, from_handshake: bool) -> Behaviour:
    """Speak TLS over a bare connection, but let out one byte of ciphertext at a time: the handshake's, or the answer's.

    The receiver of a single record sees no plaintext byte until the last byte of it has come.
    """

    def behave(sock: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)

        def let_out(dripping: bool) -> None:
            data = outgoing.read()
            if not dripping:
                sock.sendall(data)
                return
            for byte in data:
                sock.sendall(bytes([byte]))
                time.sleep(0.02)

        def step(action: Callable[[], object]) -> None:
            while True:
                try:
                    action()
                except ssl.SSLWantReadError:
                    let_out(from_handshake)
                    if not (data := sock.recv(65536)):
                        raise ConnectionResetError from None
                    incoming.write(data)
                else:
                    let_out(from_handshake)
                    return

        step(tls.do_handshake)
        step(lambda: tls.read(65536))
        tls.write(answer)
        let_out(True)

    return behave
