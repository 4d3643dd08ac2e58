SELECT hash, scope, erased_at, erased_by, why FROM tombstones
