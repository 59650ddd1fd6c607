"""An ONNX model with weights of a byte: which products are done in int8, and with how many bits."""

from __future__ import annotations

from pathlib import Path

#: From the fastest to the most careful. A CPU without instructions for it adds up int8 products in 16 bits, which 8-bit
#: weights overflow and 7-bit ones do not; what is done last in a network has the least behind it that evens errors out.
WAYS = ("all", "7 bits", "first half, 7 bits")
_PRODUCTS = ("MatMul", "Gemm")


def quantise(path: Path, target: Path, way: str) -> None:
    """Write the float32 model `path` with weights of a byte, one of WAYS, to `target`."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    kept: list[str] = []
    if way == "first half, 7 bits":
        graph = onnx.load(str(path), load_external_data=False).graph
        names = [node.name for node in graph.node if node.op_type in _PRODUCTS]
        kept = names[len(names) // 2 :]
    quantize_dynamic(
        path,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=way != "all",
        op_types_to_quantize=list(_PRODUCTS),
        nodes_to_exclude=kept,
    )
