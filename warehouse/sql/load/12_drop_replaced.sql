DELETE FROM article_versions WHERE rowid IN (SELECT place FROM ranked WHERE NOT was_current AND is_replaced)
