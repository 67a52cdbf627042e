#!/bin/bash
# One synthesis run on four nodes of a Slurm cluster, a graphics card for each task:
#   sbatch docs/examples/slurm.sh SPEC.yaml s3://BUCKET/PREFIX      (or a folder that all nodes share)
# Preempted or out of time, the same command continues after the last finished metamer.
#SBATCH --job-name=metamers
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --gpus-per-node=4
#SBATCH --time=24:00:00
#SBATCH --requeue

set -euo pipefail
spec=$1
bundle=$2
port=6379
# The environment that metamerlab[synthesis,ray,s3] was installed into, the same on every node.
source "${METAMERLAB_VENV:-$SLURM_SUBMIT_DIR/.venv}/bin/activate"
export RAY_USAGE_STATS_ENABLED=0

head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
address=$(srun --nodes=1 --ntasks=1 --nodelist="$head" hostname --ip-address | awk '{print $1}')
share=(--num-cpus="$SLURM_CPUS_PER_TASK" --num-gpus="${SLURM_GPUS_ON_NODE:-0}" --block)

srun --nodes=1 --ntasks=1 --nodelist="$head" \
    ray start --head --node-ip-address="$address" --port="$port" --include-dashboard=false "${share[@]}" &
sleep 20
if [ "$SLURM_JOB_NUM_NODES" -gt 1 ]; then
    srun --nodes=$((SLURM_JOB_NUM_NODES - 1)) --ntasks=$((SLURM_JOB_NUM_NODES - 1)) --exclude="$head" \
        ray start --address="$address:$port" "${share[@]}" &
    sleep 20
fi

python -m synthesis run "$spec" --out "$bundle" --engine ray --ray-address "$address:$port"
