DELETE FROM articles WHERE rowid IN (SELECT place FROM ranked WHERE was_current AND NOT is_current)
