"""Fails the build when the installed PyTorch is not the kind that was asked for (argument: `cpu` or `cuda`)."""

import sys
from importlib.metadata import distributions

wanted = sys.argv[1]
if wanted not in ("cpu", "cuda"):
    sys.exit(f"TORCH={wanted}: should be cpu or cuda")
# The package index' own wheel brings CUDA along as packages; builds of other indexes say it in the version.
installed = {found.metadata["Name"].lower(): found.version for found in distributions()}
with_cuda = any(name.startswith("nvidia-") for name in installed) or "+cu" in installed["torch"]
if with_cuda != (wanted == "cuda"):
    came = f"TORCH={wanted}, but torch {installed['torch']} came"
    sys.exit(f"{came}: give --build-arg TORCH_INDEX=<index of {wanted} wheels>")
