"""A line between the processes and Redis that can be cut in the ways that networks are."""

import contextlib
import socket
import threading
import time


class Proxy:
    """Forwards TCP on a loopback port to another. A context manager."""

    def __init__(self, target_port: int) -> None:
        self._target = target_port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        #: Everything that was ever opened, closed at the end.
        self._sockets: list[socket.socket] = []
        #: Bytes vanish while it is set, in both directions: nobody is told, and new connections hang.
        self.dropping = threading.Event()
        #: The same for whoever comes from this address alone.
        self.cut_off: str | None = None
        #: Every piece waits for so many seconds.
        self.delay_s = 0.0

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()
        for one in self._sockets:
            one.close()

    def reset(self) -> None:
        """Break every connection; both ends are told."""
        for pair in self._take():
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                    end.close()

    def half_close(self) -> None:
        """Tell Redis that the client has gone, and the client nothing: it is left talking to nobody."""
        for _, server in self._take():
            # The client's end is kept open and never answered again: what a firewall that forgot it looks like.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)

    def _take(self) -> list[tuple[socket.socket, socket.socket]]:
        with self._lock:
            pairs, self._pairs = self._pairs, []
            return pairs

    def _accept(self) -> None:
        while True:
            try:
                client, (address, _) = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client, address), daemon=True).start()

    def _lost(self, address: str) -> bool:
        return self.dropping.is_set() or self.cut_off == address

    def _connect(self, client: socket.socket, address: str) -> None:
        self._sockets.append(client)
        while self._lost(address):
            time.sleep(0.02)
        try:
            server = socket.create_connection(("127.0.0.1", self._target), 5)
        except OSError:
            client.close()
            return
        self._sockets.append(server)
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._pairs.append((client, server))
        threading.Thread(target=self._pump, args=(client, server, address), daemon=True).start()
        threading.Thread(target=self._pump, args=(server, client, address), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, address: str) -> None:
        dead = False
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                # A connection that has lost bytes stays dead for good: old sockets do not come back.
                dead = dead or self._lost(address)
                if dead:
                    continue
                if self.delay_s:
                    time.sleep(self.delay_s)
                sink.sendall(data)
        if any(sink in pair for pair in self._pairs):
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)
