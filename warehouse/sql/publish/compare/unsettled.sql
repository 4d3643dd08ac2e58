-- Tables that only grow, and of which older rows changed all the same: those are written anew as a whole.
SELECT coalesce(s.name, p.name) AS name FROM settled s FULL JOIN pub._ledger_state p ON p.name = s.name
WHERE s.row_count IS DISTINCT FROM p.row_count
