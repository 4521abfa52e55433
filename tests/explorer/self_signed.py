"""A self-signed certificate for a test's own server: RSA by hand, good for nothing else."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

P, Q = 2**1279 - 1, 2**2203 - 1  # primes that everyone knows
EXPONENT = 65537
NULL = b"\x05\x00"
RSA = bytes.fromhex("06092a864886f70d010101")
RSA_WITH_SHA256 = bytes.fromhex("06092a864886f70d01010b")
SHA256 = bytes.fromhex("0609608648016503040201")
COMMON_NAME = bytes.fromhex("0603550403")


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """The certificate's file and its key's."""
    modulus = P * Q
    size = (modulus.bit_length() + 7) // 8
    secret = pow(EXPONENT, -1, (P - 1) * (Q - 1))
    name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0C, b"localhost"))))
    years = sequence(der(0x17, b"200101000000Z"), der(0x17, b"491231235959Z"))
    public = sequence(integer(modulus), integer(EXPONENT))
    algorithm = sequence(RSA_WITH_SHA256, NULL)
    owner = sequence(sequence(RSA, NULL), der(0x03, b"\0" + public))
    told = sequence(integer(1), algorithm, name, years, name, owner)
    digest = sequence(sequence(SHA256, NULL), der(0x04, hashlib.sha256(told).digest()))
    block = b"\0\1" + b"\xff" * (size - 3 - len(digest)) + b"\0" + digest
    signature = pow(int.from_bytes(block), secret, modulus).to_bytes(size)
    signed = der(0x03, b"\0" + signature)
    parts = (0, modulus, EXPONENT, secret, P, Q, secret % (P - 1), secret % (Q - 1), pow(Q, -1, P))
    return (
        pem(folder / "certificate.pem", "CERTIFICATE", sequence(told, algorithm, signed)),
        pem(folder / "key.pem", "RSA PRIVATE KEY", sequence(*map(integer, parts))),
    )


def der(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 128 + len(length)]) + length + body


def sequence(*parts: bytes) -> bytes:
    return der(0x30, b"".join(parts))


def integer(number: int) -> bytes:
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def pem(file: Path, label: str, body: bytes) -> Path:
    text = base64.encodebytes(body).decode()
    file.write_text(f"-----BEGIN {label}-----\n{text}-----END {label}-----\n")
    return file
