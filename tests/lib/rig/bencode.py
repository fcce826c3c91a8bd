# SPDX-License-Identifier: GPL-2.0-or-later
"""Bencode as the ng protocol uses it: int, str, list, dict; keys in the order given."""


def encode(value):
    """Bytes of a value."""
    if isinstance(value, bool):
        raise TypeError("bencode has no booleans")
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogateescape")
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, (list, tuple)):
        return b"l" + b"".join(encode(one) for one in value) + b"e"
    if isinstance(value, dict):
        return b"d" + b"".join(encode(key) + encode(one) for key, one in value.items()) + b"e"
    raise TypeError(f"cannot encode {type(value).__name__}")


def decode(data):
    """The value in bytes; ValueError when they are not exactly one value."""
    value, end = _one(data, 0)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes after the value")
    return value


def _one(data, at):
    kind = data[at:at + 1]
    if kind == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1:end]), end + 1
    if kind == b"l":
        return _items(data, at + 1)
    if kind == b"d":
        flat, end = _items(data, at + 1)
        return dict(zip(flat[::2], flat[1::2])), end
    colon = data.index(b":", at)
    end = colon + 1 + int(data[at:colon])
    if end > len(data):
        raise ValueError("string longer than the message")
    return data[colon + 1:end].decode("utf-8", "surrogateescape"), end


def _items(data, at):
    items = []
    while data[at:at + 1] != b"e":
        one, at = _one(data, at)
        items.append(one)
    return items, at + 1
