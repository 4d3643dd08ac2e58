-- A run reads the texts and profiles of some hundred articles that may lie weeks apart: they are found one by one, not by
-- reading all that lies between.
CREATE INDEX articles_by_id ON articles (article_id);
CREATE INDEX profiles_by_article ON profiles (article_id)
