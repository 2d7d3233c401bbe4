"""A room without a way out: commands run in it are watched for look-ups, connections and stray files.

``watch`` runs a command in network and mount namespaces of its own (``unshare`` of util-linux, as root):

- the loopback device owns every IPv4 address and a route to every IPv6 address, so whatever is sent to
  anywhere passes through it and is captured;
- the one name server is here, answers every name, and records it;
- ``/tmp``, ``/var/tmp``, ``/dev/shm``, ``/run`` and the home directory are empty, all else is read-only, and
  ``HOME``, ``TMPDIR`` and the working directory are empty folders of the room: what is found in any of them
  afterwards, a command left there.

What this does not see: a file that is removed again before the command ends, and talk over sockets of the
file system.
"""

import ctypes
import fcntl
import json
import os
import pwd
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_UNSHARE = ("unshare", "--net", "--mount", "--propagation", "private")
_SHADOWED = ("/tmp", "/var/tmp", "/dev/shm", "/run", pwd.getpwuid(os.getuid()).pw_dir)
_EMPTY = ("home", "tmp", "cwd")
_CONFIGURED = {
    Path("/etc/resolv.conf"): "nameserver 127.0.0.1\n",
    Path("/etc/nsswitch.conf"): "hosts: files dns\npasswd: files\ngroup: files\n",
}
_ANSWER = IPv4Address("198.51.100.7")
_SECONDS = 240

_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC = 1, 32, 4096, 16384
_SIOCSIFADDR, _SIOCSIFFLAGS, _SIOCSIFNETMASK, _SIOCADDRT6 = 0x8916, 0x8914, 0x891C, 0x890B
_IFF_UP, _RTF_UP, _RTF_LOCAL = 1, 1, 1 << 31
_ETH_P_ALL, _SOL_PACKET, _PACKET_STATISTICS, _SO_RCVBUFFORCE = 3, 263, 6, 33
_IPV4, _IPV6 = 0x0800, 0x86DD
_TCP, _UDP = socket.IPPROTO_TCP, socket.IPPROTO_UDP
_ERRORS = {socket.IPPROTO_ICMP: (3,), socket.IPPROTO_ICMPV6: (1,)}  # "unreachable", which answers another packet
_SYN_ACK, _SYN = 0x12, 0x02


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a command did.

    Args:
        names: Looked up, each once.
        sent: "tcp 192.0.2.1:443" and the like, each once: all that went to another address than this machine's own.
        files: Left outside of the folders that it was told to write in.
    """

    status: int
    output: str
    names: list[str]
    sent: list[str]
    files: list[str]


def why_not() -> str | None:
    """Why there can be no sealed room here, ``None`` where there can be."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "only root may make network and mount namespaces"
    try:
        done = subprocess.run([*_UNSHARE, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "unshare (util-linux) is not installed"
    return f"unshare: {done.stderr.strip()}" if done.returncode else None


def watch(room: Path, *command: str, **environ: str) -> Seen:
    """Run a command in a sealed room and say what it did.

    Args:
        room: A folder that the command may write in, but for ``home``, ``tmp`` and ``cwd`` in it, which are made.
    """
    for name in _EMPTY:
        shutil.rmtree(room / name, ignore_errors=True)
        (room / name).mkdir(parents=True)
    record = room / "record.json"
    inner = [sys.executable, "-m", "tests.support.sealed", str(room), str(record), *command]
    done = subprocess.run(
        [*_UNSHARE, *inner],
        env=_environ(room) | environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=_SECONDS + 60,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the sealed room failed: {done.stderr}")
    return Seen(**json.loads(record.read_text("utf-8")))


def _environ(room: Path) -> dict[str, str]:
    """Little, so that nothing that is set for the tests switches something off in the room."""
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TZ", "LD_LIBRARY_PATH") if key in os.environ}
    return kept | {
        "HOME": str(room / "home"),
        "TMPDIR": str(room / "tmp"),
        "FOOTNOTE_DATA_DIR": str(room / "data"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _main(room: Path, record: Path, *command: str) -> None:
    _own_all_addresses()
    sent, names = _Sent(), _Names()
    shadowed = _shadow(room)
    with subprocess.Popen(
        command, cwd=room / "cwd", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        output, _ = process.communicate(timeout=_SECONDS)
    left = {str(path) for name in _EMPTY for path in (room / name).rglob("*")}
    left.update(file for folder in shadowed for file in _left_in(folder, room))
    seen = Seen(
        status=process.returncode,
        output=output.decode("utf-8", "replace"),
        names=names.stop(),
        sent=sent.stop(),
        files=sorted(left),
    )
    record.write_text(json.dumps(asdict(seen)), "utf-8")


# The network


def _own_all_addresses() -> None:
    """Start the loopback device and give it all of IPv4: as its own; and of IPv6, to be sent over it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))
        for bits in range(1, 9):  # 128.0.0.0/1, 64.0.0.0/2 and so on to 1.0.0.0/8; 127.0.0.0/8 it has
            label = f"lo:{bits}".encode()
            fcntl.ioctl(control, _SIOCSIFADDR, _interface(label, (1 << (32 - bits)) + 1))
            fcntl.ioctl(control, _SIOCSIFNETMASK, _interface(label, 0xFFFFFFFF << (32 - bits) & 0xFFFFFFFF))
    index = socket.if_nametoindex("lo")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control:
        # struct in6_rtmsg: destination, source, gateway, type, lengths, metric, information, flags, device
        everywhere = struct.pack(
            "16s16s16sIHHILIi", bytes(16), bytes(16), bytes(16), 0, 0, 0, 1, 0, _RTF_UP | _RTF_LOCAL, index
        )
        fcntl.ioctl(control, _SIOCADDRT6, everywhere)


def _interface(label: bytes, address: int) -> bytes:
    """A ``struct ifreq`` with an IPv4 address."""
    return struct.pack("16sHH4s8x", label, socket.AF_INET, 0, address.to_bytes(4, "big"))


class _Names(threading.Thread):
    """The name server: records every name, and answers that it is at an address of the documentation's network."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._names: dict[str, None] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self.start()

    def run(self) -> None:
        while True:
            query, asker = self._socket.recvfrom(4096)
            name, end = _name_in(query)
            self._names[name] = None
            kind = query[end : end + 2]
            answers = int(kind == b"\0\1")
            header = query[:2] + struct.pack(">HHHHH", 0x8180, 1, answers, 0, 0)
            record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + _ANSWER.packed
            self._socket.sendto(header + query[12 : end + 4] + record * answers, asker)

    def stop(self) -> list[str]:
        return list(self._names)


def _name_in(query: bytes) -> tuple[str, int]:
    """The name that a query asks for, and where it ends."""
    labels, place = [], 12
    while length := query[place]:
        labels.append(query[place + 1 : place + 1 + length].decode("ascii", "replace"))
        place += 1 + length
    return ".".join(labels), place + 1


class _Sent(threading.Thread):
    """Captures what passes through the loopback device on its way to another address than 127.0.0.0/8 and ::1."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._sent: dict[str, None] = {}
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64_000_000)
        self._socket.bind(("lo", _ETH_P_ALL))
        self._stopping = False
        self.start()

    def run(self) -> None:
        self._socket.settimeout(0.2)
        while True:
            try:
                packet, (_, protocol, *_) = self._socket.recvfrom(65_536)
            except TimeoutError:
                if self._stopping:
                    return
                continue
            described = _described(packet, protocol)
            if described is not None:
                self._sent[described] = None

    def stop(self) -> list[str]:
        self._stopping = True
        self.join()
        _, dropped = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        if dropped:
            raise RuntimeError(f"{dropped} packets were not captured")
        return list(self._sent)


def _described(packet: bytes, protocol: int) -> str | None:
    """Where a packet goes, ``None`` where that is here or it only answers another."""
    to: IPv4Address | IPv6Address
    if protocol == _IPV4:
        kind, to, body = packet[9], IPv4Address(packet[16:20]), packet[(packet[0] & 15) * 4 :]
    elif protocol == _IPV6:
        kind, to, body = packet[6], IPv6Address(packet[24:40]), packet[40:]
    else:
        return None
    if to.is_loopback or body[0] in _ERRORS.get(kind, ()) or (kind == _TCP and body[13] & _SYN_ACK != _SYN):
        return None
    port = f":{struct.unpack_from('>H', body, 2)[0]}" if kind in (_TCP, _UDP) else ""
    shown = f"[{to}]" if to.version == 6 and port else str(to)
    return f"{ {_TCP: 'tcp', _UDP: 'udp'}.get(kind, f'protocol {kind}') } {shown}{port}"


# The files


def _shadow(room: Path) -> list[Path]:
    """Empty folders over those where programs leave things, all else read-only; those folders."""
    opened = {path: os.open(path, os.O_PATH) for path in _kept(room)}
    shadowed = sorted({Path(path).resolve() for path in _SHADOWED if Path(path).is_dir()})
    for folder in shadowed:
        _mount("tmpfs", folder, 0, kind="tmpfs")
    for path, descriptor in opened.items():
        path.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}", path, _MS_BIND | _MS_REC)
        if path != room.resolve():
            _mount(None, path, _MS_REMOUNT | _MS_BIND | _MS_RDONLY)
    for target, content in _CONFIGURED.items():
        ours = room / target.name
        ours.write_text(content, "ascii")
        if target.exists():  # without it, too, names are asked of this machine
            _mount(str(ours), target.resolve(), _MS_BIND)
    _mount(None, Path("/"), _MS_REMOUNT | _MS_BIND | _MS_RDONLY)
    return shadowed


def _kept(room: Path) -> set[Path]:
    """What a command must see wherever it lies: the room, the checkout, Python and its packages."""
    return {Path(path).resolve() for path in (room, ROOT, sys.prefix, sys.base_prefix)}


def _mount(source: str | None, target: Path, flags: int, kind: str | None = None) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [None if text is None else text.encode() for text in (source, str(target), kind)]
    if libc.mount(*arguments, ctypes.c_ulong(flags), None) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), str(target))


def _left_in(folder: Path, room: Path) -> Iterator[str]:
    """What is in a shadowed folder, but for the folders that lead to a kept one and what those hold."""
    kept = _kept(room)
    for path in sorted(folder.iterdir()):
        if any(one.is_relative_to(path) for one in kept):
            if path not in kept:
                yield from _left_in(path, room)
        elif path.is_dir() and not path.is_symlink() and not path.is_mount():
            yield str(path)
            yield from _left_in(path, room)
        elif not path.is_mount():
            yield str(path)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
