"""One night of Offrecord for each day, as an Airflow 3 DAG: change the paths, and put it into the DAGs folder.

Its worker has the workspace, the inbox and the models on disks of its own, and no network beside the database's.
"""

import subprocess
from datetime import UTC, datetime, timedelta

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

OFFRECORD = "/opt/offrecord/bin/offrecord"
INBOX, WORKSPACE = "/srv/inbox", "/srv/offrecord"
DONE = (0, 3)  # 3: some sessions wait for a person, which the report and the alerts say
TRY_AGAIN = 75


@dag(
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["offrecord"],
)
def offrecord_night() -> None:
    """The DAG."""

    @task(retries=3, retry_delay=timedelta(minutes=20), execution_timeout=timedelta(hours=20))
    def run() -> None:
        """Runs the night in a process of its own, and sorts its exit code."""
        command = [OFFRECORD, "run", INBOX, "--workspace", WORKSPACE]
        code = subprocess.run(command, check=False).returncode
        if code == TRY_AGAIN:
            raise AirflowException("exit code 75: temporary, tried again")
        if code not in DONE:  # no retry helps, a person does
            raise AirflowFailException(f"exit code {code}: see the log of this task")

    run()


offrecord_night()
