#!/bin/sh
# Takes out of installed packages (argument: site-packages) what no running process reads: tests, C++ headers,
# static libraries, build files, torch's own tools. Byte code stays: the root file system is read-only later.
set -eu
cd "$1"
find . -depth -type d \( -name tests -o -name test \) ! -path './flower/*' -exec rm -rf {} +
find . -type f \( -name '*.a' -o -name '*.pyi' -o -name '*.pxd' -o -name '*.h' -o -name '*.hpp' -o -name '*.cuh' \) -delete
rm -rf torch/include torch/share torch/utils/benchmark torchgen/packaged
# `import torch` looks for its shared-memory manager; everything else there is for tests and for building.
[ ! -d torch/bin ] || find torch/bin -type f ! -name torch_shm_manager -delete
