-- What linkage grew, so that adding articles grows again only the trees that they touch.
CREATE TABLE trees (article_id UBIGINT NOT NULL, tree_id UBIGINT NOT NULL);
COMMENT ON TABLE trees IS 'Trees of average linkage over full articles that stand for their copy groups; stories are cut out of them.';
COMMENT ON COLUMN trees.article_id IS 'Article.';
COMMENT ON COLUMN trees.tree_id IS 'Smallest article of its tree.';
