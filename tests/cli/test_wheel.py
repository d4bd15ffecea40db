"""The wheel is the whole product: installed in an empty environment it runs without Node and without this folder."""

import shutil
import subprocess
import sys
import zipfile

import pytest

from cli.running import surroundings
from repository import ROOT, files, place

pytestmark = [pytest.mark.once, pytest.mark.slow]


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, **options)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    return result


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy that holds what git holds, so that nothing made before can slip in."""
    folder = tmp_path_factory.mktemp("wheel")
    for path in files():
        target = folder / "tiji" / place(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder), str(folder / "tiji"))
    (made,) = folder.glob("tiji-*.whl")
    return made


def test_it_carries_templates_translations_and_front_end_files(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    of_the_package = {place(path).removeprefix("src/") for path in files() if place(path).startswith("src/")}
    assert of_the_package - names == set()
    assert {name.removesuffix(".po") + ".mo" for name in names if name.endswith(".po")} - names == set()
    assert {
        "tiji/ui/static/vendor/echarts/echarts.min.js",
        "tiji/ui/static/vendor/echarts/NOTICE",
        "tiji/ui/static/vendor/lucide/sprite.svg",
        "tiji/ui/static/vendor/sortablejs/Sortable.min.js",
        "tiji/ui/static/vendor/inter/inter-latin-wght-normal.woff2",
        "tiji/apps/customers/data/vendor/areas.json",
        "tiji/apps/customers/data/vendor/LICENSE",
        "tiji/shared/fonts/vendor/noto-sans-sc/NotoSansSC-Regular.ttf",
        "tiji/shared/fonts/vendor/noto-sans-sc/NotoSansSC-Bold.ttf",
        "tiji/shared/fonts/vendor/noto-sans-sc/LICENSE",
    } - names == set()
    assert [name for name in names if "__pycache__" in name or name.endswith(".part")] == []


def test_the_demo_runs_from_the_wheel_alone(wheel, tmp_path):
    python = tmp_path / "venv" / "bin" / "python"
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"))
    listed = str(ROOT / "requirements" / "base.txt")
    run(str(python), "-m", "pip", "install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", listed)
    run(str(python), "-m", "pip", "install", "--no-deps", str(wheel))
    run(str(python), "-m", "pip", "check")
    env = surroundings(tmp_path / "var")
    # Only what the environment itself brings: whatever Node this machine has is out of reach.
    env["PATH"] = str(python.parent)
    run(str(python.parent / "tiji"), "demo", "--check", cwd=tmp_path, env=env)
