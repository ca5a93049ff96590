"""A real Airflow for the trial: its settings, its four processes, and its public API.

`airflow standalone` starts the same four, but leaves orphans behind and opens ports to the world; started
one by one each has its log, its pid and a loopback address only.
"""

import configparser
import io
import json
import os
import secrets
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import text

from demo import processes
from demo.home import CHECKOUT, DemoError, Home, free_port, write_private
from warehouse.engine import server_engine, server_url

DATABASE = "hub_airflow"
USER = "admin"
COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "api-server": ("api-server",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
AUTH_MANAGER = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
STARTING_SECONDS = 180
PRELOADED = ("connectors", "dags", "exchange", "plugins", "quality", "reports", "schemas", "warehouse")
SOURCES = (".py", ".toml", ".csv", ".sql", ".j2")
IDLE = "10min"
LINEAGE = "HUB_LINEAGE"  # a file for the events of lineage, for who wants to see them


@dataclass
class Airflow:
    """The Airflow of one trial."""

    home: Home
    env: Mapping[str, str]  # what the tasks need: connections, keys, the hub's database
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def port(self) -> int:
        """Where its page and API listen; the same port as last time, so that a bookmark stays good."""
        return int(self.home.remember("airflow_port", lambda: free_port("HUB_AIRFLOW_PORT", 8080)))

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        """Password of the user `admin`, made once."""
        return str(self.home.remember("airflow_password", lambda: secrets.token_urlsafe(12)))

    def start(self) -> None:
        """Start what does not run yet. Raises DemoError when a part does not come up."""
        signature = processes.digest({**self.env, "version": _version(), "lineage": os.environ.get(LINEAGE, "")})
        alive = [name for name in COMPONENTS if processes.running(self.home, name)]
        if len(alive) == len(COMPONENTS) and self.home.state().get("airflow_env") == signature:
            return
        processes.stop(self.home, alive)
        self._configure()
        self._migrate()
        env = self._environment()
        for name, arguments in COMPONENTS.items():
            own = without_keys(env) if name == "api-server" else env
            processes.start(self.home, name, [processes.program("airflow"), *arguments], own)
        self.home.write(airflow_env=signature)

    def wait(self) -> None:
        """Wait until scheduler, DAG processor and API are healthy."""
        until = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < until:
            self.must_run()
            if self._healthy():
                return
            time.sleep(0.5)
        raise DemoError(f"Airflow is not healthy after {STARTING_SECONDS} s; see {self.home.logs}")

    def must_run(self) -> None:
        """Raise DemoError when a part of Airflow is gone."""
        for name in COMPONENTS:
            if not processes.running(self.home, name):
                raise DemoError(f"Airflow's {name} ended; make demo starts it again\n{processes.tail(self.home, name)}")

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request to the public API. Raises DemoError with Airflow's own words."""
        response = self.session.request(method, f"{self.url}/api/v2/{path}", json=body, timeout=30)
        if response.status_code == 401:
            self._log_in()
            response = self.session.request(method, f"{self.url}/api/v2/{path}", json=body, timeout=30)
        if not response.ok:
            said = f"{response.status_code} to {method} {path}: {response.text[:300]}"
            raise DemoError(f"Airflow answers {said}")
        return response.json()

    def _log_in(self) -> None:
        answer = self.session.post(
            f"{self.url}/auth/token", json={"username": USER, "password": self.password}, timeout=30
        )
        if not answer.ok:
            raise DemoError(f"Airflow refuses the log-in: {answer.status_code}")
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _healthy(self) -> bool:
        self.session.trust_env = False  # no proxy stands between us and loopback
        try:
            health = self.session.get(f"{self.url}/api/v2/monitor/health", timeout=10).json()
        except (requests.RequestException, ValueError):
            return False
        parts = ("metadatabase", "scheduler", "dag_processor")
        return all((health.get(part) or {}).get("status") == "healthy" for part in parts)

    def _environment(self) -> dict[str, str]:
        return processes.environment(**{**self.env, "AIRFLOW_HOME": str(self.home.airflow)})

    def _migrate(self) -> None:
        with server_engine().connect() as connection:
            known = text("select 1 from pg_database where datname = :name")
            if not connection.scalar(known, {"name": DATABASE}):
                connection.execute(text(f'create database "{DATABASE}" template template0 encoding utf8'))
            # A part that was cut off in the middle of a transaction would hold its locks until the network gives up.
            connection.execute(text(f"alter database {DATABASE} set idle_in_transaction_session_timeout = '{IDLE}'"))
        command = [processes.program("airflow"), "db", "migrate"]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True)
        (self.home.logs / "migrate.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise DemoError(f"Airflow cannot make its database:\n{processes.tail(self.home, 'migrate')}")

    def _configure(self) -> None:
        """Write airflow.cfg, so that `AIRFLOW_HOME=… airflow …` by hand finds the same Airflow."""
        passwords = self.home.airflow / "passwords.json"
        write_private(passwords, f'{{"{USER}": "{self.password}"}}\n')
        address = server_url().set(database=DATABASE).render_as_string(hide_password=False)
        settings = {
            "core": {
                "dags_folder": str(CHECKOUT / "dags"),
                "plugins_folder": str(CHECKOUT / "plugins"),
                "load_examples": "False",
                "executor": "dags.executor.PreloadedExecutor",
                "parallelism": "8",
                "default_timezone": "Europe/Amsterdam",
                "auth_manager": AUTH_MANAGER,
                "simple_auth_manager_users": f"{USER}:admin",
                "simple_auth_manager_passwords_file": str(passwords),
                "execution_api_server_url": f"{self.url}/execution/",
                "dagbag_import_error_tracebacks": "False",  # a wrong declaration is one line
                "dagbag_import_timeout": "120",  # a busy small machine can stand still for a while
                "fernet_key": str(self.home.remember("fernet_key", _fernet_key)),
            },
            "database": {"sql_alchemy_conn": address, "sql_alchemy_conn_async": address},
            "api": {
                "host": "127.0.0.1",
                "port": str(self.port),
                "base_url": self.url,
                "workers": "1",
                "instance_name": "regiohub",
                "expose_config": "False",
                "secret_key": str(self.home.remember("secret_key", lambda: secrets.token_hex(16))),
            },
            "api_auth": {"jwt_secret": str(self.home.remember("jwt_secret", lambda: secrets.token_hex(32)))},
            "scheduler": {
                "scheduler_idle_sleep_time": "0.2",
                "enable_health_check": "False",
                "catchup_by_default": "False",
            },
            # A worker that misses the end of its task looks again after this many seconds, and is busy until then.
            "workers": {"execution_api_timeout": "60", "min_heartbeat_interval": "1"},
            "dag_processor": {"refresh_interval": "15", "min_file_process_interval": "60"},
            "openlineage": _lineage(),
            "logging": {
                "base_log_folder": str(self.home.airflow / "logs"),
                "uvicorn_logging_level": "WARNING",
            },
        }
        parser = configparser.RawConfigParser()
        for section, options in settings.items():
            # Airflow reads % as the start of a reference.
            parser[section] = {name: value.replace("%", "%%") for name, value in options.items()}
        written = io.StringIO()
        parser.write(written)
        write_private(self.home.airflow / "airflow.cfg", written.getvalue())


def _lineage() -> dict[str, str]:
    """Where events of lineage go: a file, when one is named; else nowhere."""
    if not (file := os.environ.get(LINEAGE)):
        return {"disabled": "True"}
    return {
        "transport": json.dumps({"type": "file", "log_file_path": file, "append": True}),
        "extractors": "dags.lineage.HubExtractor",
        "disable_source_code": "True",
        "namespace": "hub",
    }


def without_keys(env: Mapping[str, str]) -> dict[str, str]:
    """What the api-server gets: its pages can open nothing that is sealed."""
    return {name: value for name, value in env.items() if not (name.startswith("HUB_") and name.endswith("_KEY"))}


def _version() -> str:
    """When the hub was last changed. Its tasks start with what the scheduler imported: a change takes a new start."""
    files = [file for folder in PRELOADED for file in (CHECKOUT / folder).rglob("*") if file.suffix in SOURCES]
    return str(max(file.stat().st_mtime_ns for file in files))


def _fernet_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
