"""The demo: one night over the samples, their dates moved to last week; ``make demo`` runs it.

Each command that it gives is printed before it runs, so that it can be given again by hand.
"""

import os
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from shift import copy_samples, weeks_since

OFFRECORD = Path(sys.executable).with_name("offrecord")
MODEL = "whisper-base"
SAMPLES = Path("build") / "samples"
WITHOUT_MODEL = (
    f"{MODEL} is not here, so the demo listens with sphinx, which mishears a lot: offrecord models pull {MODEL}"
)
SOME_STOPPED = 3


def main(workspace: Path) -> int:
    """Makes the workspace anew, runs a night in it and says what waits for a reviewer; the code of what failed."""
    if workspace.exists() and not (workspace / "offrecord.db").is_file() and any(workspace.iterdir()):
        print(f"{workspace} is not empty and holds no demo: name another folder", file=sys.stderr)
        return 2
    for folder in (workspace, SAMPLES):
        shutil.rmtree(folder, ignore_errors=True)
    copy_samples(SAMPLES, weeks_since(datetime.now(UTC).date()))
    offrecord("init", workspace)
    shutil.copyfile(SAMPLES / "terms.toml", workspace / "terms.toml")
    for table, form in (("consent.csv", "consent-form.toml"), ("withdrawals.csv", "withdrawal-form.toml")):
        offrecord("consent", "import", SAMPLES / table, "--form", SAMPLES / form, "-w", workspace)
    about = ("--by", "demo", "--source", "invented people in invented places")
    offrecord("consent", "jurisdictions", "review", *about, "-w", workspace)
    offrecord("run", SAMPLES / "sessions", "-w", workspace, settings=recogniser())
    offrecord("review", "list", "-w", workspace)
    print(f"review it in the browser: {shlex.join([str(OFFRECORD), 'serve', '-w', str(workspace)])}")
    return 0


def recogniser() -> dict[str, str]:
    """Settings for a machine that could not pull the model; none where it is here."""
    checked = subprocess.run([OFFRECORD, "models", "verify", MODEL], capture_output=True, check=False)
    if checked.returncode == 0:
        return {}
    print(WITHOUT_MODEL)
    return {"OFFRECORD_SPEECH__ENGINE": "sphinx"}


def offrecord(*arguments: str | Path, settings: dict[str, str] | None = None) -> None:
    """Prints a command and runs it; ends the demo with its code unless it is done or some sessions are stopped."""
    environment = {"OFFRECORD_RUN__STABLE_FOR_S": "0", **(settings or {})} if arguments[0] == "run" else {}
    shown = [f"{name}={value}" for name, value in environment.items()]
    print("$", *shown, shlex.join(["offrecord", *map(str, arguments)]), flush=True)
    done = subprocess.run([OFFRECORD, *map(str, arguments)], env=os.environ | environment, check=False)
    if done.returncode not in (0, SOME_STOPPED):
        sys.exit(done.returncode)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
