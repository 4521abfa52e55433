"""Weight files: safetensors, npz, and torch's state dicts. Nothing is ever unpickled into code.

A file is looked at before it is read: what it says that it unpacks to is bounded, and no more than it
said is unpacked. A file is written beside its place and then moved there, so that one that can't be
written, or couldn't be read again, leaves what was there before.
"""

from __future__ import annotations

import os
import pickle
import shutil
import zipfile
import zlib
from collections.abc import Callable, Mapping
from itertools import count
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np

from lstm_core.arrays import is_torch, plain
from lstm_core.given import named, real, shown, whole
from lstm_core.room import size_in_words

MAX_BYTES = 2**30  # of the arrays of one file, unless the caller says otherwise
SUFFIXES = (".safetensors", ".npz", ".pt", ".pth")
STORED = (
    {"BOOL": "?"}
    | {  # safetensors' types -> NumPy's
        letter + str(bits): f"<{code}{bits // 8}"
        for letter, code, sizes in (("F", "f", (16, 32, 64)), ("I", "i", (8, 16, 32, 64)))
        for bits in sizes
    }
    | {f"U{bits}": f"<u{bits // 8}" for bits in (8, 16, 32, 64)}
)
KEPT = {np.dtype(code).newbyteorder("=") for code in STORED.values()}  # what both formats can hold
READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile unpacks others without a bound


def load_weights(path: str | Path, max_bytes: int = MAX_BYTES) -> dict[str, np.ndarray]:
    """The arrays of a weight file by name, as stored; never unpickles code.

    Args:
        path: ``.safetensors``, ``.npz``, or a torch state dict in ``.pt`` or ``.pth``.
        max_bytes: what the file may unpack to; a small file can hold very large arrays.

    ``lc.from_torch(lc.load_weights(path))`` reads a torch state dict, and
    ``lc.unroll(cell, lc.load_weights(path), x)`` the library's own files.

    Raises:
        FileNotFoundError: no such file.
        ValueError: another suffix, a broken file, one that holds more than arrays or unpacks to more
            than ``max_bytes``.
        ImportError: the package that reads the suffix is missing.
    """
    path = _checked_path(path, SUFFIXES)
    max_bytes = whole("max_bytes", max_bytes, 1)
    if not path.exists():
        raise FileNotFoundError(f"path: no file {str(path)!r}; check the name and the folder")
    if not path.is_file():
        raise ValueError(f"path must be a file; {str(path)!r} is none: name the file inside it")
    _check_size(path, path.stat().st_size, max_bytes)
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        return _load_safetensors(path, max_bytes)
    return (_load_npz if suffix == ".npz" else _load_pt)(path, max_bytes)


def save_weights(path: str | Path, theta: Mapping[str, Any]) -> None:
    """Write parameters by name to a ``.safetensors`` or ``.npz`` file, in their own type.

    Args:
        path: the file; an existing one is replaced, and only by a file that is complete.
        theta: name -> array or tensor, for example of ``init_params``.

    Raises:
        ValueError: another suffix, a name or a type that the file can't hold, or a value that is no
            array of numbers.
        FileNotFoundError: no such folder.
        ImportError: safetensors is missing.
    """
    path = _checked_path(path, SUFFIXES[:2])
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path: no folder {str(path.parent)!r}; make it first")
    if path.is_dir():
        raise ValueError(f"path must be a file; {str(path)!r} is a folder: name a file inside it")
    suffix = path.suffix.lower()
    if not named("theta", theta):
        raise ValueError(f"theta must map names to arrays; got {shown(theta)}")
    for name in theta:
        _check_name(name, suffix)
    arrays = {name: _stored(f"theta[{name!r}]", value) for name, value in theta.items()}
    if suffix == ".safetensors":
        content = imported("safetensors.numpy", "weights").save(arrays)
        _replace(path, lambda file: file.write(content))
    else:
        _replace(path, lambda file: _write_npz(file, arrays))


class _Said(ValueError):
    """A whole sentence already, not a reader's message that wants one around it."""


# writing


def _check_name(name: str, suffix: str) -> None:
    """Raise ValueError for a name that would not come back."""
    encoded = name.encode("utf-8", "replace")
    if not name or "\0" in name or encoded.decode() != name:
        problem, remedy = "empty, or holds a NUL or half a character", "take letters"
    elif suffix == ".safetensors" and name == "__metadata__":
        problem, remedy = "the format's own", "rename it, or save as .npz"
    elif suffix == ".npz" and (name.endswith(".npy") or "\\" in name or len(encoded) > 2**15):
        problem, remedy = "no name of an array in an .npz", "rename it, or save as .safetensors"
    else:
        return
    raise ValueError(f"theta: the name {shown(name)} is {problem}: {remedy}")


def _stored(label: str, value: Any) -> np.ndarray:
    """A value as an array that a file can hold, in this machine's order of bytes."""
    array = np.asarray(real(label, plain(value)))
    kind = array.dtype.newbyteorder("=")
    if kind not in KEPT:
        raise ValueError(
            f"{label} has the type {kind}, which can't be read back everywhere: convert it with"
            f" {label}.astype('float64')"
        )
    return np.array(array, kind, order="C")


def _write_npz(file: IO[bytes], arrays: Mapping[str, np.ndarray]) -> None:
    with zipfile.ZipFile(file, "w") as archive:  # as np.savez, which has no room for all names
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _replace(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file beside ``path`` and move it there once it is complete."""
    path = path.resolve()  # through a link to the file that it names
    for i in count():
        beside = path.with_name(f".{os.getpid()}-{i}{path.suffix}.part")
        try:
            file = beside.open("xb")
            break
        except FileExistsError:
            continue
    try:
        with file:
            write(file)
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


# reading


def _check_size(path: Path, nbytes: int, max_bytes: int) -> None:
    if nbytes > max_bytes:
        raise _Said(
            f"path: {path.name} unpacks to {size_in_words(nbytes)}, more than max_bytes ="
            f" {size_in_words(max_bytes)}: if you trust it, load_weights(path, max_bytes={nbytes})"
        )


def _checked_path(path: Any, suffixes: tuple[str, ...]) -> Path:
    try:
        path = Path(path)
    except TypeError as error:
        raise ValueError(f"path must name a file; got {shown(path)}") from error
    if "\0" in str(path):
        raise ValueError(f"path must name a file; got {shown(path)}, which holds a NUL")
    if path.suffix.lower() not in suffixes:
        hint = (
            "; for torch: torch.save(lstm_core.to_torch(cell, theta).state_dict(), path)"
            if path.suffix.lower() in SUFFIXES
            else ""
        )
        raise ValueError(
            f"path must end in {', '.join(suffixes[:-1])} or {suffixes[-1]};"
            f" got {path.name!r}{hint}"
        )
    return path


def _load_safetensors(path: Path, max_bytes: int) -> dict[str, np.ndarray]:
    package = imported("safetensors", "weights")
    try:
        with path.open("rb") as file:
            entries = package.deserialize(file.read(path.stat().st_size))
    except (package.SafetensorError, ValueError, TypeError, OSError) as error:
        raise ValueError(_broken(path, "a safetensors file", error)) from error
    as_float32 = [2 * len(entry["data"]) for _, entry in entries if entry["dtype"] == "BF16"]
    _check_size(path, sum(as_float32), max_bytes)
    return {name: _stored_array(path, name, entry) for name, entry in entries}


def _stored_array(path: Path, name: str, entry: Mapping[str, Any]) -> np.ndarray:
    """One entry of a safetensors file; bfloat16, which NumPy lacks, as float32."""
    kind, shape, data = entry["dtype"], entry["shape"], bytearray(entry["data"])
    if kind == "BF16":
        bits = np.frombuffer(data, "<u2").astype(np.uint32) << np.uint32(16)
        return bits.view(np.float32).reshape(shape)
    if kind not in STORED:
        raise ValueError(
            f"path: {path.name} stores {name} as {kind}, which NumPy has no type for: save it as"
            " float32"
        )
    return np.ndarray(shape, STORED[kind], data)


def _load_npz(path: Path, max_bytes: int) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as file:
            if file.read(6) == np.lib.format.MAGIC_PREFIX:
                raise ValueError("it is a single array, an .npy file")
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_size(path, sum(member.file_size for member in members), max_bytes)
            arrays = {member.filename: _member(path, archive, member) for member in members}
        if len(arrays) < len(members):
            raise ValueError("it holds two arrays of one name")
        return {name.removesuffix(".npy"): array for name, array in arrays.items()}
    except _Said:
        raise
    except (
        ValueError,
        OSError,
        EOFError,
        KeyError,
        MemoryError,
        NotImplementedError,
        SyntaxError,
        RuntimeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ValueError(_broken(path, "an npz file", error)) from error


def _member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    """One array of an npz file: no more is unpacked than the archive and the array's header say."""
    if not member.filename.endswith(".npy"):
        raise ValueError(f"its entry {member.filename!r} is no array")
    if member.compress_type not in PACKED:
        raise ValueError(f"its entry {member.filename!r} is packed in an unusual way")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version not in READERS:
            raise ValueError(f"its entry {member.filename!r} has an unknown version of the format")
        shape, by_columns, kind = READERS[version](file)
        if kind.hasobject:
            raise _Said(
                f"path: {path.name} holds pickled objects, which could run code when loaded: store"
                " plain arrays of numbers, for example with lstm_core.save_weights"
            )
        wanted = kind.itemsize * prod(shape)
        if min(shape, default=0) < 0 or wanted > member.file_size:
            raise ValueError(f"its entry {member.filename!r} is shorter than its header says")
        data = bytearray(file.read(wanted))
        if len(data) < wanted or file.read(1):
            raise ValueError(f"its entry {member.filename!r} is not as long as its header says")
    return np.ndarray(shape, kind, data, order="F" if by_columns else "C")


def _load_pt(path: Path, max_bytes: int) -> dict[str, np.ndarray]:
    torch = imported("torch", "torch")
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                _check_size(path, sum(m.file_size for m in archive.infolist()), max_bytes)
        except _Said:
            raise
        except Exception as error:  # whatever zipfile raises on a broken file
            raise ValueError(_broken(path, "a torch state dict", error)) from error
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"path: {path.name} holds more than tensors (it could run code when loaded), or is"
            " broken: save the weights alone, torch.save(model.state_dict(), path)"
        ) from error
    except Exception as error:  # whatever torch's reader raises on a broken file
        raise ValueError(_broken(path, "a torch state dict", error)) from error
    if not isinstance(state, Mapping) or not all(is_torch(v) for v in state.values()):
        inside = listed([str(n) for n in state]) if isinstance(state, Mapping) else type(state)
        raise ValueError(
            f"path: {path.name} must hold a state dict, name -> tensor; got {inside}: save it"
            " alone, torch.save(model.state_dict(), path)"
        )
    # One number can stand for a whole tensor, and half types become float32.
    _check_size(path, sum(v.numel() * max(4, v.element_size()) for v in state.values()), max_bytes)
    return {
        str(name): np.array(real(f"path: {path.name}: {name}", plain(value)))
        for name, value in state.items()
    }


def _broken(path: Path, what: str, error: BaseException) -> str:
    first = str(error).strip().partition("\n")[0] or type(error).__name__
    return (
        f"path: {path.name} cannot be read as {what} ({first}): check that it is complete and"
        " that its suffix is right, or save it again"
    )


def listed(names: list[str]) -> str:
    """The first of several names."""
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "") if names else "nothing"


def imported(module: str, extra: str) -> Any:
    """A module of a package that may be missing."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"{package} is needed here and not installed: pip install 'carousel-lstm[{extra}]'",
            name=package,
        ) from error
