"""Run a script on a Ray cluster of two nodes here: SCRIPT ARGUMENTS."""

import runpy
import sys

import ray
from ray.cluster_utils import Cluster

if __name__ == '__main__':
    node = dict(num_cpus=1, object_store_memory=100 * 2**20)
    cluster = Cluster(
        initialize_head=True,
        head_node_args=dict(node, include_dashboard=False),
    )
    cluster.add_node(**node)
    ray.init(address=cluster.address)
    print(f'{len(ray.nodes())} nodes')
    sys.argv = sys.argv[1:]
    try:
        runpy.run_path(sys.argv[0], run_name='__main__')
    finally:
        ray.shutdown()
        cluster.shutdown()
