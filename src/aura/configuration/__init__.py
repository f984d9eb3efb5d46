"""Configuration in one place: flags, variables of the environment, ``aura.toml`` and presets (extra ``config``).

``fields``         what is said of a setting: meaning, range, and what a change needs
``schema``         all settings
``presets``        settings for a purpose, by name
``places``         where a setting comes from
``parsing``        values as people write them
``loading``        brings flags, environment, file and preset together
``complaints``     what is wrong, with key, value, place and what is allowed
``errors``         the error that says so
``configuration``  the result, which makes codecs, settings of sessions and observers
``building``       how it makes them
``comparison``     what two configurations differ in
``version_file``   what the file held before
``live``           a configuration that is read anew while a process runs
"""

from aura.extra import needed

needed("pydantic", "config")

from aura.configuration.building import ConfiguredObservers  # noqa: E402  # not without pydantic
from aura.configuration.comparison import Change, changes  # noqa: E402
from aura.configuration.configuration import Configuration  # noqa: E402
from aura.configuration.errors import ConfigurationError, Problem  # noqa: E402
from aura.configuration.fields import Needs, Setting  # noqa: E402
from aura.configuration.live import LiveCodec, LiveConfiguration, Reload  # noqa: E402
from aura.configuration.loading import load, parse  # noqa: E402
from aura.configuration.places import Kind, Place  # noqa: E402
from aura.configuration.version_file import Version, keep, roll_back, versions  # noqa: E402

__all__ = [
    "Change",
    "Configuration",
    "ConfigurationError",
    "ConfiguredObservers",
    "Kind",
    "LiveCodec",
    "LiveConfiguration",
    "Needs",
    "Place",
    "Problem",
    "Reload",
    "Setting",
    "Version",
    "changes",
    "keep",
    "load",
    "parse",
    "roll_back",
    "versions",
]
