"""What people and schedules ask for beside ingest: decisions, erasure, recovery, maintenance, explanations."""
