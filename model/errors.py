"""What can go wrong in a model.

ModelError
├── ArtifactError          the model directory cannot be used
│   ├── MissingFile        a file of it is not there
│   ├── HubAway            the hub or store did not give it; later it may
│   ├── DiskAway           this machine's disk did not keep or give it; later it may
│   ├── AlteredFile        a file is not the one that was saved
│   └── UnsafeFile         weights come as a pickle
├── DataError              labelled data cannot be read
├── BackendUnavailable     the backend or device is not on this machine
├── InvalidArgument        a caller passed what cannot be used (also a ValueError)
├── NotFinite              the model answers what is no number
├── OutOfMemory            a batch did not fit; a smaller budget may
└── ExportError            an exported model answers differently
"""

from __future__ import annotations


class ModelError(Exception):
    """The model failed."""

    #: False when trying again, with smaller batches say, can help.
    permanent = True

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class ArtifactError(ModelError):
    """The model directory cannot be used."""


class MissingFile(ArtifactError):
    """A file of the model directory is not there."""


class HubAway(ArtifactError):
    """The hub, or a store of models, cannot be reached, or does not answer as it should."""

    permanent = False


class DiskAway(ArtifactError):
    """A disk of this machine does not keep what a model needs, or does not give it."""

    permanent = False


class AlteredFile(ArtifactError):
    """A file of the model directory is not the one that was saved."""


class UnsafeFile(ArtifactError):
    """Weights come as a pickle, which can run code when read; safetensors are expected."""


class DataError(ModelError):
    """Labelled data cannot be read."""


class BackendUnavailable(ModelError):
    """The backend or device is not on this machine."""


class NotFinite(ModelError):
    """The model answers what is no number: its weights are none, or too large for the numbers that it computes in."""


class InvalidArgument(ModelError, ValueError):
    """A caller passed what cannot be used."""


class OutOfMemory(ModelError):
    """A batch did not fit into the device's memory; a smaller token budget may help."""

    permanent = False


class ExportError(ModelError):
    """An exported model answers differently from the one it was made of."""
