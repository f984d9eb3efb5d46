"""The build hook: compiles the native core into wheels, where a C compiler works.

``AURA_NATIVE`` in the environment says what to do: ``auto``, the default, leaves the core out if no compiler works;
``require`` fails then; ``never`` leaves it out anyway. The tag of the wheel tells what came of it: ``py3-none-any``
without the core, else one for this platform. A checkout installed as editable has its core by ``make native``.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_CHOICES: Final = ("auto", "require", "never")


class NativeHook(BuildHookInterface[Any]):
    """Adds the module ``aura_native`` to a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the core before the wheel is put together.

        Raises:
            ValueError: ``AURA_NATIVE`` is none of the three.
            RuntimeError: no compiler works, and the core is required.
        """
        wanted = os.environ.get("AURA_NATIVE", "") or "auto"
        if wanted not in _CHOICES:
            raise ValueError(f"AURA_NATIVE is {wanted!r}, not one of {', '.join(_CHOICES)}")
        if self.target_name != "wheel" or version == "editable" or wanted == "never":
            return
        native = _load(Path(self.root, "native", "build.py"))
        self._folder = tempfile.TemporaryDirectory()
        try:
            module = native.build(Path(self._folder.name))
        except native.BuildError as error:
            if wanted == "require":
                raise RuntimeError(f"the native core is required: {error}") from None
            self.app.display_warning(f"without the native core: {error}")
            return
        build_data["force_include"][str(module)] = module.name
        build_data["pure_python"] = False
        build_data["tag"] = _tag(has_abi3=native.HAS_ABI3)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  # the interface has them
        """Remove what was compiled, once it is in the wheel."""
        folder = getattr(self, "_folder", None)
        if folder is not None:
            folder.cleanup()


def _tag(*, has_abi3: bool) -> str:
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    version = f"cp{sys.version_info.major}{sys.version_info.minor}"
    return f"cp311-abi3-{platform}" if has_abi3 else f"{version}-{version}t-{platform}"


def _load(path: Path) -> Any:
    """The module in a file that no package holds."""
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
