"""Where nodes are drawn: one layout for an original and all of its metamers."""

import networkx as nx
import numpy as np
from numpy.typing import NDArray

# The layout by springs takes 1 s of 500 nodes and 10 s of 2,000 (one thread).
_SPRINGS_UP_TO = 500


def positions(edges: NDArray[np.int64], nodes: int) -> NDArray[np.float64]:
    """(nodes, 2) in [-1, 1], the same each time. edges : (2, both directions)."""
    graph = nx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(edges.T.tolist())
    layout = nx.spring_layout(graph, seed=0) if nodes <= _SPRINGS_UP_TO else nx.circular_layout(graph)
    places = np.array([layout[node] for node in range(nodes)], dtype=np.float64)
    scale = np.abs(places).max()
    scaled: NDArray[np.float64] = places / scale if scale > 0 else places
    return scaled
