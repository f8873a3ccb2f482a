"""Opens encrypted fields by docs/reference/audit-format.md alone: lines in, their fields out."""
import base64, hashlib, json, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

key = bytes.fromhex(open(sys.argv[1]).read().strip())
key_id = hashlib.sha256(b"netscope audit.encryption\n" + key).hexdigest()[:16]
for line in sys.stdin:
    event = json.loads(line)
    place, member = event["integrity"], event["encrypted"]
    assert member["key_id"] == key_id
    at = place["node"] + "\n" + place["epoch"] + "\n"
    wrapped = base64.b64decode(member["data_key"])
    context = "netscope-data-key-1\n" + at + member["day"] + "\n"
    data_key = AESGCM(key).decrypt(wrapped[:12], wrapped[12:], context.encode())
    nonce = place["seq"].to_bytes(12, "big")
    context = "netscope-fields-1\n" + at + str(place["seq"]) + "\n"
    text = AESGCM(data_key).decrypt(nonce, base64.b64decode(member["text"]), context.encode())
    print(json.dumps(json.loads(text)))
