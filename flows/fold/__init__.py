"""Fold cleaned articles into copy groups and stories in the warehouse."""
