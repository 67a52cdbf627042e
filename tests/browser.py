"""The Chromium that the browser tests drive: found on the machine, or installed where that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Path of a Chromium on the PATH, or the one that Playwright manages, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        managed = playwright.chromium.executable_path
    return managed if Path(managed).is_file() else None


def install_chromium() -> None:
    """Try the system's package as root on Debian, then Playwright's own download."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-q", "chromium"], check=False)
    if find_chromium() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if find_chromium() is None:
        install_chromium()
    found = find_chromium()
    print(f"browser tests use {found}" if found else "No Chromium to be had: browser tests will be skipped.")
