"""Weight files: what is written can be read back exactly or is refused before anything is touched, and
a file unpacks to no more than the caller allows."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import lstm_core as lc
from lstm_core import files

OWN = pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
NAMES = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(), max_size=4),  # with surrogates and control characters
    st.sampled_from(
        ["__metadata__", "", "a\0b", "\ud800", "a.npy", "a", ".npy", "../a", "/a", "A"]
    ),
    st.sampled_from(["a\\b", "a/b", "file", "x" * 70_000, "é", "e\u0301", " ", "\n", "W" * 300]),
)
KINDS = st.sampled_from(
    ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">f8", ">i4", "g"]
)
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
VALUES = KINDS.flatmap(lambda kind: arrays.arrays(np.dtype(kind), SHAPES)) | st.sampled_from(
    [np.array([None]), np.array(["a"]), np.array([1j]), np.ma.masked_array([1.0], [True])]
)


@OWN
@given(theta=st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), data=st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_written_is_read_back_or_refused(
    suffix: str, theta: dict[str, np.ndarray], data: st.DataObject, tmp_path: Path
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"what was there before")
    try:
        lc.save_weights(path, theta)
    except ValueError as error:
        assert str(error).startswith("theta")
        assert path.read_bytes() == b"what was there before"
    else:
        found = lc.load_weights(path)
        assert sorted(found) == sorted(theta)
        for name, value in theta.items():
            assert found[name].dtype == value.dtype.newbyteorder("=")
            assert found[name].shape == value.shape
            assert found[name].tobytes() == value.astype(found[name].dtype).tobytes()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@OWN
@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "__metadata__", "a.npy", "a\\b"])
def test_names(suffix: str, name: str, tmp_path: Path) -> None:
    """Names that came back as others, or not at all."""
    fine = {".safetensors": ("a.npy", "a\\b"), ".npz": ("__metadata__",)}[suffix]
    if name in fine:
        lc.save_weights(tmp_path / f"a{suffix}", {name: np.ones(2)})
        assert list(lc.load_weights(tmp_path / f"a{suffix}")) == [name]
        return
    with pytest.raises(ValueError, match=r"theta: the name .* is .*: (take letters|rename it)"):
        lc.save_weights(tmp_path / f"a{suffix}", {name: np.ones(2)})


@OWN
def test_types(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"theta\['W'\] has the type .*astype\('float64'\)"):
        lc.save_weights(tmp_path / f"a{suffix}", {"W": np.ones(2, np.longdouble)})


@OWN
def test_failed_write_leaves_the_file(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a{suffix}"
    lc.save_weights(path, {"W": np.ones(2)})

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        lc.save_weights(path, {"W": np.zeros(2)})
    np.testing.assert_array_equal(lc.load_weights(path)["W"], 1)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@OWN
def test_through_a_link_and_with_its_rights(suffix: str, tmp_path: Path) -> None:
    path, link = tmp_path / f"a{suffix}", tmp_path / f"link{suffix}"
    lc.save_weights(path, {"W": np.ones(2)})
    path.chmod(0o640)
    link.symlink_to(path)
    lc.save_weights(link, {"W": np.zeros(2)})
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    np.testing.assert_array_equal(lc.load_weights(path)["W"], 0)
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(ValueError, match="path must be a file"):
        lc.save_weights(tmp_path / f"folder{suffix}", {"W": np.ones(2)})


# what a file unpacks to

ZEROS = 40 * 2**20  # bytes, which pack to some 40 kB


def npy(shape: tuple[int, ...], data: bytes = b"", kind: str = "<f8") -> bytes:
    """An .npy of any shape and data, whether they fit or not."""
    file = io.BytesIO()
    header = {"descr": kind, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + data


def bomb_npz(path: Path, members: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def lie_about_sizes(path: Path, size: int) -> None:
    """Have the central directory of a zip say that every member unpacks to ``size`` bytes."""
    content = bytearray(path.read_bytes())
    start = 0
    while (start := content.find(b"PK\x01\x02", start)) >= 0:
        content[start + 24 : start + 28] = struct.pack("<I", size)
        start += 4
    path.write_bytes(bytes(content))


def refused(path: Path, words: str, **options: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=words):
            lc.load_weights(path, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < ZEROS / 4, f"{peak} bytes were taken"


LIMIT = r"path: a\.\w+ unpacks to .* more than max_bytes = .*load_weights\(path, max_bytes=\d+\)"


def test_npz_that_unpacks_to_much_more(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, W=np.zeros(ZEROS // 8))
    assert path.stat().st_size < 2**20
    refused(path, LIMIT, max_bytes=2**20)
    assert lc.load_weights(path, max_bytes=ZEROS + 1000)["W"].nbytes == ZEROS


def test_npz_of_many_small_bombs(tmp_path: Path) -> None:
    content = npy((2**17,), bytes(2**20))
    bomb_npz(tmp_path / "a.npz", {f"{i}.npy": content for i in range(40)})
    refused(tmp_path / "a.npz", LIMIT, max_bytes=2**21)


def test_npz_that_lies(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    bomb_npz(path, {"W.npy": npy((ZEROS // 8,), bytes(ZEROS))})
    lie_about_sizes(path, 1000)
    refused(path, "cannot be read as an npz file")
    for shape in ((10**12,), (2**40, 2**40), (-1,), (-(2**31), -8)):
        bomb_npz(path, {"W.npy": npy(shape, bytes(64))})
        refused(path, "cannot be read as an npz file")
    bomb_npz(path, {"W.npy": npy((4,), bytes(64))})
    refused(path, "not as long as its header says")
    for packed in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        bomb_npz(path, {"W.npy": npy((ZEROS // 8,), bytes(ZEROS))}, packed)
        refused(path, "packed in an unusual way")


def test_safetensors_larger_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    lc.save_weights(path, {"W": np.zeros(2**17)})
    refused(path, LIMIT, max_bytes=2**19)
    from safetensors.torch import save_file

    save_file({"W": torch.zeros(2**18, dtype=torch.bfloat16)}, path)
    refused(path, LIMIT, max_bytes=2**19 + 1000)  # half types take twice as much
    assert lc.load_weights(path, max_bytes=2**20)["W"].nbytes == 2**20


def test_safetensors_that_lies(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    for length in (8 * 10**12, 64):
        entry = {"dtype": "F64", "shape": [10**12], "data_offsets": [0, length]}
        header = json.dumps({"W": entry}).encode()
        path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(64))
        refused(path, "cannot be read as a safetensors file")


def test_state_dict_larger_than_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    torch.save({"W": torch.zeros(2**18)}, path)
    refused(path, LIMIT, max_bytes=2**19)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    bomb_npz(path, members)  # packed now, as torch itself never does
    refused(path, LIMIT, max_bytes=2**19)
    torch.save({"W": torch.zeros(1).expand(ZEROS)}, path)  # one number for all
    assert path.stat().st_size < 2**16
    refused(path, LIMIT, max_bytes=2**20)


def test_usual_files_are_far_below_the_bound() -> None:
    theta = lc.init_params(lc.CELLS["vanilla_lstm"], d_x=512, d_s=512)
    assert 10 * sum(value.nbytes for value in theta.values()) < files.MAX_BYTES
