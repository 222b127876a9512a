"""`flexiapi worker` as a process: killed at the worst moments it loses nothing and sends one duplicate at most."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.messaging import queue
from flexiapi.messaging.models import Delivery
from flexiapi.messaging.services import enqueue_mail
from tests import factories, requirements
from tests.live.processes import Program, alive, running, wait_until
from tests.messaging.servers import Postbox, smtp_server

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]


@contextmanager
def worker(folder: Path, port: int) -> Iterator[Program]:
    """A worker on the test's database that sends to a port of the loopback address."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "flexiapi.config.django",
        "DB_DATABASE": str(connection.settings_dict["NAME"]),
        "FLEXIAPI_DATA_DIR": str(folder / "data"),
        "LOG_CHANNEL": "null",
        "MAIL_DRIVER": "smtp",
        "MAIL_HOST": "localhost",
        "MAIL_PORT": str(port),
    }
    with running([sys.executable, "-m", "flexiapi", "worker"], folder, environment) as program:
        yield program


def a_mail() -> Delivery:
    context = {"code": "4711", "expiration_minutes": 10}
    return enqueue_mail(factories.a_space(), template="register_validation", to="alice@example.net", context=context)


def state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def finish(delivery: Delivery, folder: Path, postbox: Postbox, port: int) -> None:
    """The lease of the killed worker passes; another one starts."""
    assert state(delivery) == "sending"
    assert Delivery.objects.filter(pk=delivery.pk).update(locked_until=now()) == 1
    postbox.hold_at = None
    with smtp_server(postbox, port=port), worker(folder, port) as program:
        wait_until(lambda: state(delivery) == "sent", "the second worker", running=program)


class TestKilled:
    def test_before_the_conversation(self, tmp_path: Path) -> None:
        delivery, postbox = a_mail(), Postbox()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            with worker(tmp_path, port) as program:
                wait_until(lambda: state(delivery) == "sending", "the worker", running=program)
                program.end(signal.SIGKILL)

        finish(delivery, tmp_path, postbox, port)

        assert len(postbox.mails) == 1

    @pytest.mark.parametrize("moment", ["DATA", "QUIT"])
    def test_during_and_after_it(self, tmp_path: Path, moment: str) -> None:
        delivery, postbox = a_mail(), Postbox(hold_at=moment)
        with smtp_server(postbox) as port, worker(tmp_path, port) as program:
            assert postbox.held.wait(30), program.output
            program.end(signal.SIGKILL)

        finish(delivery, tmp_path, postbox, port)

        assert len(postbox.mails) == 2
        assert len({mail["Message-ID"] for mail in postbox.mails}) == 1
        assert (delivery.attempts, delivery.payload) == (2, {})


class TestServerDown:
    def test_what_waited_leaves_once_it_is_back(self, tmp_path: Path) -> None:
        deliveries, postbox, port = [a_mail() for _ in range(3)], Postbox(), requirements.free_port()
        with worker(tmp_path, port) as program:
            wait_until(lambda: refusals(deliveries) == 1, "the worker", seconds=40, running=program)
            with smtp_server(postbox, port=port):
                Delivery.objects.update(next_attempt_at=now())  # its pause passes
                wait_until(
                    lambda: {state(one) for one in deliveries} == {"sent"}, "the sweep", seconds=40, running=program
                )
            assert program.end() == 0

        assert len(postbox.mails) == 3


def refusals(deliveries: list[Delivery]) -> int:
    """How many attempts failed; each found its server away."""
    rows = Delivery.objects.filter(pk__in=[one.pk for one in deliveries], state="pending", attempts=1)
    assert all("Connection refused" in str(row.last_error) for row in rows)
    return len(rows)


class TestLife:
    def test_the_queue_reaches_it(self, tmp_path: Path) -> None:
        postbox = Postbox()
        with smtp_server(postbox) as port, worker(tmp_path, port) as program:
            with instance.override(flexiapi_data_dir=tmp_path / "data"):
                delivery = a_mail()
                queue.send_soon(delivery.pk)
                wait_until(lambda: state(delivery) == "sent", "the worker", running=program)
            assert program.end() == 0

        assert len(postbox.mails) == 1
        assert "Traceback" not in program.output

    def test_ends_with_its_parent(self, tmp_path: Path) -> None:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "flexiapi.config.django",
            "DB_DATABASE": str(connection.settings_dict["NAME"]),
            "FLEXIAPI_DATA_DIR": str(tmp_path / "data"),
        }
        script = f"{sys.executable} -m flexiapi worker --parent $$ >/dev/null 2>&1 & echo $!; exec sleep 60"
        parent = subprocess.Popen(["sh", "-c", script], env=environment, stdout=subprocess.PIPE, text=True)
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)

        parent.kill()
        parent.wait()
        parent.stdout.close()

        wait_until(lambda: not alive(child), "the end of the worker")
