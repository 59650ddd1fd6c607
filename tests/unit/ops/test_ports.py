"""Ports that servers of our own may have."""

import socket
import subprocess
import sys

import pytest

from jobs.errors import SettingsError
from jobs.listening import demand_address
from ops.ports import check_ports, free_port
from tests.support.commands import kritiq

ASK = "from ops.ports import free_port; print(*(free_port() for _ in range(100)))"


def test_no_port_is_given_twice() -> None:
    assert len({free_port() for _ in range(50)}) == 50


def test_a_port_that_is_given_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] < 32_768


def test_processes_that_ask_at_the_same_time_get_different_ports() -> None:
    asking = [subprocess.Popen([sys.executable, "-c", ASK], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    one, two = (set(process.communicate(timeout=60)[0].split()) for process in asking)
    assert len(one) == len(two) == 100
    assert not one & two
    assert all(process.returncode == 0 for process in asking)


def test_one_port_for_two_is_named_with_both_variables() -> None:
    port = free_port()
    message = f"^port {port} is that of KRITIQ_PORT already: set KRITIQ_FLOWER_PORT to another one$"
    with pytest.raises(SettingsError, match=message):
        check_ports({"KRITIQ_PORT": port, "KRITIQ_REDIS_PORT": free_port(), "KRITIQ_FLOWER_PORT": port})


def test_a_port_in_use_is_named_with_its_variable() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        port = server.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} is taken: set KRITIQ_PORT"):
            check_ports({"KRITIQ_PORT": port, "KRITIQ_FLOWER_PORT": free_port()})


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.2"])
def test_a_port_is_looked_at_on_the_address_that_is_listened_on(host: str) -> None:
    with socket.create_server(("127.0.0.2", free_port())) as server:
        port = server.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} is taken: set KRITIQ_PORT"):
            check_ports({"KRITIQ_PORT": port}, {"KRITIQ_PORT": host})
        check_ports({"KRITIQ_PORT": port})


@pytest.mark.parametrize(("command", "name"), [("api", "KRITIQ_PORT"), ("flower", "KRITIQ_FLOWER_PORT")])
def test_a_process_that_can_never_listen_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    for variable, value in (("HOST", "192.0.2.1"), ("FLOWER_USERS", "me:secret")):
        monkeypatch.setenv(f"KRITIQ_{variable}", value)
    error = kritiq(command, status=1).exception
    assert isinstance(error, SettingsError)
    assert str(error).startswith(f"KRITIQ_HOST='192.0.2.1', {name}=")


def test_a_port_that_another_process_still_has_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        demand_address("127.0.0.1", server.getsockname()[1], "KRITIQ_PORT")


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "nobody.invalid"])
def test_an_address_of_another_machine_is_said_before_anything_starts(host: str) -> None:
    port = free_port()
    with pytest.raises(SettingsError, match=rf"^KRITIQ_HOST='{host}', KRITIQ_PORT={port}: \w"):
        check_ports({"KRITIQ_PORT": port}, {"KRITIQ_PORT": host})
