"""The names that a pickled transformers model may have in it. Anything else is refused, whatever it would do."""

from __future__ import annotations

import re

#: What stands in a pickle for a tensor, a container or a number format.
EXACT = frozenset(
    {
        "collections.OrderedDict",
        "collections.defaultdict",
        "builtins.set",
        "builtins.frozenset",
        "builtins.dict",
        "builtins.list",
        "builtins.bool",
        "builtins.int",
        "builtins.float",
        "builtins.str",
        "torch.Size",
        "torch.device",
        "torch.Tensor",
        "torch.nn.parameter.Parameter",
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state",
        "torch._tensor._rebuild_from_type_v2",
        "torch.storage.TypedStorage",
        "torch.storage.UntypedStorage",
        "torch.storage._TypedStorage",
        "torch.storage._UntypedStorage",
    }
)

#: Classes and functions that are only named, never called: the parts of a network, their activations, configurations.
PATTERNS = tuple(
    map(
        re.compile,
        (
            r"torch\.(float|half|double|bfloat16|u?int\d+|float\d+|bool|long|int|short|complex\d+)",
            r"torch\.(cuda\.)?(Float|Double|Half|BFloat16|Long|Int|Short|Char|Byte|Bool)Storage",
            r"torch\.nn\.(modules\.\w+|parallel\.(data_parallel|distributed))\.[A-Z]\w*",
            r"torch\.(nn\.functional|_C\._nn)\.(gelu|relu|silu|mish|leaky_relu|elu|selu|tanh|hardswish)",
            r"torch\.(relu|tanh|sigmoid)",
            r"transformers\.(models\.\w+\.)?(modeling|configuration)_\w+\.[A-Z]\w*",
            r"transformers\.(models\.\w+\.)?(modeling_\w+|activations)\.(gelu\w*|swish|silu|mish|quick_gelu|linear_act)",
            r"transformers\.activations\.[A-Z]\w*",
            r"transformers\.generation\.configuration_utils\.GenerationConfig",
            r"transformers\.generation_utils\.GenerationConfig",
        ),
    )
)

#: Those that may be called with arguments: each is a description of data, see `model.artifact.checkpoints.tensors`.
REDUCIBLE = frozenset(
    {
        "collections.OrderedDict",
        "builtins.set",
        "builtins.frozenset",
        "torch.Size",
        "torch.device",
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state",
        "torch._tensor._rebuild_from_type_v2",
    }
)


def canonical(name: str) -> str:
    """Python 2 and protocol 2 call the module of the built-in names `__builtin__`."""
    return name.replace("__builtin__.", "builtins.", 1) if name.startswith("__builtin__.") else name


def allowed(name: str) -> bool:
    """Whether a dotted name may occur in the pickle of a transformers model."""
    return name in EXACT or any(pattern.fullmatch(name) for pattern in PATTERNS)
