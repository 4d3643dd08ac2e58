-- Stories that have the words, the best first.
FROM search_stories($words, most := $limit)
