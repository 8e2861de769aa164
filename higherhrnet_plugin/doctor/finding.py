"""What a diagnosis is made of."""

from __future__ import annotations

from dataclasses import dataclass

from higherhrnet_plugin.doctor.environment import Environment
from higherhrnet_plugin.doctor.table import Requirement


@dataclass(frozen=True)
class Finding:
    """Something that is missing or broken.

    Attributes:
        text: What is wrong, in one line.
        severity: 'error' if the plugin cannot be used, 'optional' if only
            some commands cannot, 'note' if everything works for now.
        remove: Distributions to uninstall first.
        install: What to install, as pip reads it.
        install_alone: The same, without what these packages ask for.
        reinstall: What to install anew, although it is there.
    """

    text: str
    severity: str = 'error'
    remove: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    install_alone: tuple[str, ...] = ()
    reinstall: tuple[str, ...] = ()


def installation(item: Requirement) -> dict[str, tuple[str, ...]]:
    """Return how a package is installed, as arguments of a finding."""
    key = 'install_alone' if item.alone else 'install'
    return {key: (item.specifier,)}


def same_version(name: str, environment: Environment) -> str:
    """Pin a distribution to the version that is installed."""
    return f'{name}=={environment.distributions[name]}'
