SELECT topic, name, value FROM _about ORDER BY list_position(['file', 'count', 'cite', 'table', 'macro'], topic), rowid
