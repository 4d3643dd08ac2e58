-- Every membership has its story and its article.
SELECT story_id, article_id FROM story_articles
WHERE article_id NOT IN (SELECT article_id FROM articles) OR story_id NOT IN (SELECT story_id FROM stories)
