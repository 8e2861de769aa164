#!/usr/bin/env bash
# Test with several processes, on GPUs or on the CPU (gloo):
#   tools/dist_test.sh CONFIG CHECKPOINT GPUS [arguments of test.py]
# For several machines set NNODES, NODE_RANK, MASTER_ADDR and PORT.
set -euo pipefail

if (($# < 3)); then
    sed -n '2,4s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

CONFIG=$1
CHECKPOINT=$2
GPUS=$3
TOOLS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

PYTHONPATH="$(dirname "$TOOLS")${PYTHONPATH:+:$PYTHONPATH}" \
    python -m torch.distributed.run \
    --nnodes="${NNODES:-1}" \
    --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" \
    --nproc_per_node="$GPUS" \
    "$TOOLS/test.py" "$CONFIG" "$CHECKPOINT" --launcher pytorch "${@:4}"
