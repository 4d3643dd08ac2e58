"""What people and schedules ask for beside ingest: overrides, erasure, recovery, maintenance, explanations."""
