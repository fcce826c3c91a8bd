# SPDX-License-Identifier: GPL-2.0-or-later
"""Generic netlink in a few lines: the rtpferry family for tests, its attributes read from the contract."""

import ipaddress
import os
import socket
import struct

import yaml

HERE = os.path.dirname(os.path.realpath(__file__))
with open(f"{HERE}/../../../include/uapi/rtpferry.yaml", encoding="utf-8") as file:
    SPEC = yaml.safe_load(file)
SETS = {item["name"]: item["attributes"] for item in SPEC["attribute-sets"] if "subset-of" not in item}
VALUES = {item["name"]: [entry["name"] for entry in item["entries"]]
          for item in SPEC["definitions"] if "entries" in item}
COMMANDS = {item["name"]: number for number, item in enumerate(SPEC["operations"]["list"], 1)}
FORMATS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}

NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP = 1, 2, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
SO_RCVBUFFORCE = 33
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_EXT_ACK = 270, 1, 11
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE = 1, 2, 5
NLA_F_NESTED = 0x8000
CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 3, 1, 2, 7


class Refused(Exception):
    """
    The module said no: errno, sentence, where in the message the attribute is that is to blame, and the number of one
    that is missing; None: nowhere, none.
    """

    def __init__(self, errno, sentence, blamed, missing):
        super().__init__(f"{os.strerror(errno)}: {sentence}")
        self.errno = errno
        self.sentence = sentence
        self.blamed = blamed
        self.missing = missing


def attribute(kind, data):
    return struct.pack("HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        yield kind & 0x3fff, data[4:length]
        data = data[length + 3 & ~3:]


def number_of(group, name):
    """Of an attribute in its set."""
    return [item["name"] for item in SETS[group]].index(name) + 1


def offset(body, path):
    """
    Where an attribute is in a message, from the first byte of its header: "table", or "flow/type"; "flow#2" is the
    third.
    """
    at, end, group = 0, len(body), "message"
    for step in path.split("/"):
        name, _, left = step.partition("#")
        left, wanted = int(left or 0), number_of(group, name)
        while True:
            assert at < end, f"the message has no {path}"
            length, kind = struct.unpack_from("HH", body, at)
            if kind & 0x3fff == wanted and left == 0:
                break
            left -= kind & 0x3fff == wanted
            at += length + 3 & ~3
        group = SETS[group][wanted - 1].get("nested-attributes")
        found, at, end = at, at + 4, at + length
    return 20 + found


def pack(group, values):
    """Attributes of a set from a dict; what may come often, or is a list anyway, may be a list."""
    out = b""
    for number, item in enumerate(SETS[group], 1):
        value = values.get(item["name"])
        if value is None or value is False:
            continue
        for one in value if isinstance(value, list) else [value]:
            out += attribute(number | (NLA_F_NESTED if item["type"] == "nest" else 0), pack_one(item, one))
    unknown = set(values) - {item["name"] for item in SETS[group]}
    assert not unknown, f"{group} has no {unknown}"
    return out


def pack_one(item, value):
    kind = item["type"]
    if isinstance(value, bytes):
        return value
    if kind == "nest":
        return pack(item["nested-attributes"], value)
    if kind == "string":
        return value.encode() + b"\0"
    if kind == "binary":
        return ipaddress.ip_address(value).packed
    if kind == "flag":
        return b""
    if item.get("enum-as-flags"):
        value = value if isinstance(value, int) else sum(
            1 << VALUES[item["enum"]].index(word) for word in value.split())
    elif item.get("enum") and isinstance(value, str):
        value = VALUES[item["enum"]].index(value)
    return struct.pack(FORMATS[kind], value)


def unpack(group, data):
    out = {}
    for number, payload in attributes(data):
        if not 0 < number <= len(SETS[group]):
            continue
        item = SETS[group][number - 1]
        value = unpack_one(item, payload)
        if item.get("multi-attr"):
            out.setdefault(item["name"], []).append(value)
        else:
            out[item["name"]] = value
    return out


def unpack_one(item, data):
    kind = item["type"]
    if kind == "nest":
        return unpack(item["nested-attributes"], data)
    if kind == "string":
        return data.rstrip(b"\0").decode()
    if kind == "binary":
        return str(ipaddress.ip_address(data))
    if kind == "flag":
        return True
    value = struct.unpack(FORMATS[kind], data)[0]
    return VALUES[item["enum"]][value] if item.get("enum") and not item.get("enum-as-flags") else value


class Family:
    """One socket of the family."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        except PermissionError:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.seq = 0
        self.id, self.groups = 16, {}
        self._resolve()

    def close(self):
        self.socket.close()

    def _resolve(self):
        name = attribute(CTRL_ATTR_FAMILY_NAME, SPEC["name"].encode() + b"\0")
        for body in self._exchange(CTRL_CMD_GETFAMILY, name, NLM_F_ACK):
            for kind, data in attributes(body):
                if kind == CTRL_ATTR_FAMILY_ID:
                    number = struct.unpack("H", data)[0]
                elif kind == CTRL_ATTR_MCAST_GROUPS:
                    for _, group in attributes(data):
                        parts = dict(attributes(group))
                        self.groups[parts[1].rstrip(b"\0").decode()] = struct.unpack("I", parts[2])[0]
        self.id = number

    def listen(self, group="events"):
        self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.groups[group])

    def event(self, timeout_s=5):
        self.socket.settimeout(timeout_s)
        try:
            data = self.socket.recv(1 << 16)
        finally:
            self.socket.settimeout(None)
        return unpack("message", data[20:struct.unpack_from("I", data)[0]])

    def raw(self, command, body, flags=NLM_F_ACK):
        return [unpack("message", data) for data in self._exchange(command, body, flags)]

    def do(self, command, **message):
        """One request; the list of replies. Refused when the module says no."""
        return self.raw(COMMANDS[command], pack("message", message))

    def dump(self, command, **message):
        return self.raw(COMMANDS[command], pack("message", message), NLM_F_DUMP)

    def send(self, command, **message):
        """One request that asks for no answer."""
        self._send(COMMANDS[command], pack("message", message), 0)

    def _send(self, command, body, flags):
        self.seq += 1
        payload = struct.pack("BBH", command, 1, 0) + body
        self.socket.send(struct.pack("IHHII", 16 + len(payload), self.id, flags | NLM_F_REQUEST, self.seq, 0) + payload)

    def _exchange(self, command, body, flags):
        self._send(command, body, flags)
        replies = []
        while True:
            data = self.socket.recv(1 << 18)
            while len(data) >= 16:
                length, kind, reply_flags, seq, _ = struct.unpack_from("IHHII", data)
                payload, data = data[16:length], data[length + 3 & ~3:]
                if seq != self.seq:
                    continue
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    self._finish(kind, payload, reply_flags)
                    return replies
                replies.append(payload[4:])

    @staticmethod
    def _finish(kind, payload, flags):
        code = struct.unpack_from("i", payload)[0] if len(payload) >= 4 else 0
        if code == 0:
            return
        words = {}
        if flags & 0x200:   # NLM_F_ACK_TLVS
            at = 4 if kind == NLMSG_DONE else 20 + (0 if flags & 0x100 else struct.unpack_from("I", payload, 4)[0] - 16)
            words = dict(attributes(payload[at:]))
        blamed, missing = (struct.unpack("I", words[kind])[0] if kind in words else None
                           for kind in (NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE))
        raise Refused(-code, words.get(NLMSGERR_ATTR_MSG, b"").rstrip(b"\0").decode(), blamed, missing)
