"""Reports of one event: profiles, blocking keys, pair scores, clustering, the cut, identity, the canonical report."""
