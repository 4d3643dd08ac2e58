-- Articles that are gone or written again leave the index; their numbers are not used again, since postings have them.
UPDATE pub._search_articles SET article_id = NULL WHERE article_id IN (FROM unsearchable)
