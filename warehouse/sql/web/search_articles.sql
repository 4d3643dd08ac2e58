-- Articles that have the words, the best first.
FROM search_articles($words, most := $limit)
