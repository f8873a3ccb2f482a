#!/usr/bin/env python3
"""An independent check of a NetScope audit trail, written from docs/reference/audit-format.md alone.

    python3 verify_trail.py FOLDER --public-key FILE [--public-key FILE] [--head HASH]

FOLDER is a copy of the bucket (or the directory store): the keys below it begin with audit/v1/.
Prints one line for each finding. Exit 0: sound, 1: not sound, 2: could not check.
Needs Python 3.9, the package `cryptography`, and the package `zstandard` or the command `zstd`.
"""
import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as ser

try:
    import zstandard
except ImportError:
    zstandard = None

DIGEST = re.compile(r"audit/v1/digests/node=([^/]+)/(\d{12}[0-9a-f]{4})-(\d{12,})\.json")
HOUR = r"audit/v1/dt=(\d{4}-\d\d-\d\d)/hour=(\d\d)/service=([^/]+)/"
EVENTS = re.compile(HOUR + r"events-([^/]+)-(\d{12}[0-9a-f]{4})-(\d{12,})-(\d{12,})\.jsonl\.zst")
START = "0" * 64
findings = []


def find(place, message):
    findings.append(place)
    print(f"FINDING {place}: {message}")


def decompress(path, most):
    """At most `most` bytes and one more: an object may be a bomb."""
    if zstandard:
        return zstandard.ZstdDecompressor().stream_reader(path.open("rb")).read(most + 1)
    with subprocess.Popen(["zstd", "-dcq", str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        return run.stdout.read(most + 1)


def merkle(leaves):
    """RFC 6962, 2.1; a leaf is the SHA-256 of a line (32 bytes)."""
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2])]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def key_id(key):
    return hashlib.sha256(key.public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)).hexdigest()[:16]


def signed(key, signature, text):
    try:
        return key.verify(base64.b64decode(signature, validate=True), text) is None
    except (InvalidSignature, ValueError):
        return False


def trust(keys, digest):
    """The key that a digest names, where it is trusted, or a trusted one handed over to it."""
    rotation = digest.get("rotation")
    if digest["key_id"] not in keys and rotation and rotation["from"] in keys:
        previous = digest.get("previous", {}).get("sha256", "")
        parts = ["netscope-key-rotation", digest["node"], previous, rotation["from"], rotation["public_key"]]
        key = ser.load_der_public_key(base64.b64decode(rotation["public_key"]))
        text = ("\n".join(parts) + "\n").encode()
        if key_id(key) == digest["key_id"] and signed(keys[rotation["from"]], rotation["signature"], text):
            keys[digest["key_id"]] = key
    return keys.get(digest["key_id"])


def check_lines(lines, place, node, epoch, seq, prev):
    """Numbers and chain; gives the hashes of the lines."""
    hashes = []
    for line in lines.split(b"\n")[:-1]:
        integrity = {"integrity": {"node": node, "epoch": epoch, "seq": seq, "prev": prev}}
        if not line.endswith(b"," + json.dumps(integrity, separators=(",", ":"), ensure_ascii=False)[1:].encode()):
            find(place, f"line {seq} does not follow the line before it")
            return hashes
        hashes.append(hashlib.sha256(line).digest())
        seq, prev = seq + 1, hashes[-1].hex()
    if not lines.endswith(b"\n"):
        find(place, "bytes behind the last newline")
    return hashes


def check_segment(root, objects, node, segment, prev):
    key = segment["key"]
    if key not in objects:
        return find(key, "missing")
    objects.remove(key)
    if hashlib.sha256((root / key).open("rb").read(segment["object_bytes"] + 1)).hexdigest() != segment["sha256"]:
        return find(key, "changed")
    lines = decompress(root / key, segment["bytes"])
    if len(lines) != segment["bytes"]:
        return find(key, "its lines have another length")
    hashes = check_lines(lines, key, node, segment["epoch"], segment["first_seq"], prev)
    count = segment["last_seq"] - segment["first_seq"] + 1
    if len(hashes) != count or count != segment["events"] or hashes[-1].hex() != segment["head"]:
        find(key, "its lines are not those that were signed")
    elif merkle(hashes) != segment["root"]:
        find(key, "its Merkle root is another")


def check_node(root, names, objects, keys, heads):
    """The digests of one node in order; gives its name, where its chain stands, and how far epochs are signed."""
    last, at, name, ends = None, None, None, []
    for key in names:
        data = (root / key).open("rb").read(1 << 24)
        try:
            digest = json.loads(data)
            text = data[: data.rindex(b',"signature":"')]
            public = trust(keys, digest)
            whole = text + b',"signature":"' + digest["signature"].encode() + b'"}\n' == data
            plain = re.sub(r"[^A-Za-z0-9._-]", "_", digest["node"])
            own = f'audit/v1/digests/node={plain}/{digest["epoch"]}-{digest["number"]:012d}.json'
            late = datetime.fromisoformat(digest["timestamp"][:19]) - timedelta(days=1, hours=1)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            find(key, "not a digest")
            continue
        if public is None or not whole or not signed(public, digest["signature"], text) or own != key:
            find(key, "bad signature, or a copy of another digest")
            continue
        if digest.get("previous", {}).get("sha256") != last:
            find(key, "the digest before it is missing or changed")
        last, name = hashlib.sha256(data).hexdigest(), digest["node"]
        ends.append((digest["epoch"], late.isoformat(), digest["closing"]))
        heads.discard(last)
        for segment in digest["segments"]:
            due = at["seq"] + 1 if at and at["epoch"] == segment["epoch"] else 1
            if segment["first_seq"] != due:
                find(segment["key"], f"begins with {segment['first_seq']} where {due} is due")
            check_segment(root, objects, name, segment, at["head"] if at else START)
            at = {"epoch": segment["epoch"], "seq": segment["last_seq"], "head": segment["head"]}
        if digest.get("position") != at:
            find(key, "what it lists does not lead to its position")
    return name, at, ends


def check_tail(root, node, objects, name, at, ends):
    """What no digest lists yet must be newer than all that they list, of no closed epoch, and chained."""
    mine = sorted((m.group(5), int(m.group(6)), m) for m in map(EVENTS.fullmatch, objects) if m and m.group(4) == node)
    if mine and name is None:
        find(f"node {node}", "no digest of it")
    for epoch, first, match in mine:
        key, hour = match.group(0), f"{match.group(1)}T{match.group(2)}"
        closed = any(closing for noted, _, closing in ends if noted >= epoch)
        late = [late for noted, late, _ in ends if noted <= epoch][-1:] > [hour + ":00:00"]
        if closed or late or at and (epoch, first) <= (at["epoch"], at["seq"]):
            find(key, "no digest lists it, and it is not newer than they are")
            continue
        lines = decompress(root / key, 1 << 28)
        due = at["seq"] + 1 if at and at["epoch"] == epoch else 1
        hashes = check_lines(lines, key, name or node, epoch, due, at["head"] if at else START)
        own = re.search(rb'"timestamp":"(\d{4}-\d\d-\d\dT\d\d)', lines)
        if first != due or int(match.group(7)) != due + len(hashes) - 1:
            find(key, "its numbers are not those of its key")
        elif not own or own.group(1).decode() != hour:
            find(key, "its events are of another hour")
        at = {"epoch": epoch, "seq": int(match.group(7)), "head": hashes[-1].hex() if hashes else ""}


def main():
    parser = argparse.ArgumentParser(description="Checks a copy of a NetScope audit trail.")
    parser.add_argument("folder", type=Path, help="holds audit/v1, as copied from the bucket")
    parser.add_argument("--public-key", action="append", default=[], type=Path, metavar="FILE", help="to trust; PEM")
    parser.add_argument("--head", action="append", default=[], metavar="HASH", help="a digest that must be there")
    args = parser.parse_args()
    keys = {key_id(key): key for key in (ser.load_pem_public_key(path.read_bytes()) for path in args.public_key)}
    heads = set(args.head)
    files = sorted(str(p.relative_to(args.folder)) for p in args.folder.glob("audit/v1/**/*") if p.is_file())
    if not keys or not files:
        raise ValueError("no object below audit/v1/" if keys else "no --public-key")
    digests = [name for name in files if DIGEST.fullmatch(name)]
    objects = {name for name in files if EVENTS.fullmatch(name)}
    [find(name, "no node writes a key like this") for name in set(files) - set(digests) - objects]
    nodes = {DIGEST.fullmatch(name).group(1) for name in digests} | {EVENTS.fullmatch(n).group(4) for n in objects}
    for node in sorted(nodes):
        own = [name for name in digests if DIGEST.fullmatch(name).group(1) == node]
        check_tail(args.folder, node, objects, *check_node(args.folder, own, objects, keys, heads))
    for head in heads:
        find(f"head {head}", "no digest has this hash: the tail was cut")
    print("NOT SOUND" if findings else "sound")
    return 1 if findings else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError) as error:
        sys.exit(print(f"could not check: {error}") or 2)
