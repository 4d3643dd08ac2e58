-- What the published contract says beyond the first schema, and words for pairs that are no outcome of grouping.

ALTER TABLE articles ADD COLUMN standfirst VARCHAR;
COMMENT ON COLUMN articles.standfirst IS 'Summary that the outlet prints under the headline; NULL when there is none.';
ALTER TABLE articles ADD COLUMN genre VARCHAR;
COMMENT ON COLUMN articles.genre IS 'news, opinion, review, press release or correction, as stated; NULL when not stated.';
ALTER TABLE articles ADD COLUMN published_text VARCHAR;
COMMENT ON COLUMN articles.published_text IS 'The time of publication as the source wrote it; NULL when it wrote none.';
ALTER TABLE articles ADD COLUMN published_from TIMESTAMP;
COMMENT ON COLUMN articles.published_from IS 'Earliest time of publication that published_text allows, UTC; NULL when not known.';
ALTER TABLE articles ADD COLUMN published_until TIMESTAMP;
COMMENT ON COLUMN articles.published_until IS 'Latest time of publication that published_text allows, UTC; NULL when not known.';
ALTER TABLE articles ADD COLUMN captured_at TIMESTAMP;
COMMENT ON COLUMN articles.captured_at IS 'When the page was fetched, UTC, as the source says; NULL when it does not.';
ALTER TABLE articles ADD COLUMN embargoed_until TIMESTAMP;
COMMENT ON COLUMN articles.embargoed_until IS 'Not to be published before, UTC; NULL when there is no embargo.';
ALTER TABLE articles ADD COLUMN withdrawn_at TIMESTAMP;
COMMENT ON COLUMN articles.withdrawn_at IS 'When its publisher took it back, UTC; NULL while it stands.';
COMMENT ON COLUMN articles.kind IS 'article, teaser, stub, live_blog, round_up, digest, template, gallery or index.';

ALTER TABLE article_versions ADD COLUMN standfirst VARCHAR;
COMMENT ON COLUMN article_versions.standfirst IS 'Summary that the outlet prints under the headline; NULL when there is none.';
ALTER TABLE article_versions ADD COLUMN genre VARCHAR;
COMMENT ON COLUMN article_versions.genre IS 'news, opinion, review, press release or correction, as stated; NULL when not stated.';
ALTER TABLE article_versions ADD COLUMN published_text VARCHAR;
COMMENT ON COLUMN article_versions.published_text IS 'The time of publication as the source wrote it; NULL when it wrote none.';
ALTER TABLE article_versions ADD COLUMN published_from TIMESTAMP;
COMMENT ON COLUMN article_versions.published_from IS 'Earliest time of publication that published_text allows, UTC; NULL when not known.';
ALTER TABLE article_versions ADD COLUMN published_until TIMESTAMP;
COMMENT ON COLUMN article_versions.published_until IS 'Latest time of publication that published_text allows, UTC; NULL when not known.';
ALTER TABLE article_versions ADD COLUMN captured_at TIMESTAMP;
COMMENT ON COLUMN article_versions.captured_at IS 'When the page was fetched, UTC, as the source says; NULL when it does not.';
ALTER TABLE article_versions ADD COLUMN embargoed_until TIMESTAMP;
COMMENT ON COLUMN article_versions.embargoed_until IS 'Not to be published before, UTC; NULL when there is no embargo.';
ALTER TABLE article_versions ADD COLUMN withdrawn_at TIMESTAMP;
COMMENT ON COLUMN article_versions.withdrawn_at IS 'When its publisher took it back, UTC; NULL while it stands.';
COMMENT ON COLUMN article_versions.kind IS 'article, teaser, stub, live_blog, round_up, digest, template, gallery or index.';

ALTER TABLE stories ADD COLUMN latest_title VARCHAR;
COMMENT ON COLUMN stories.latest_title IS 'Headline of its newest full report.';
ALTER TABLE stories ADD COLUMN latest_article_id UBIGINT;
COMMENT ON COLUMN stories.latest_article_id IS 'Its newest full report by date of publication; the canonical article where none is dated.';
ALTER TABLE stories ADD COLUMN undated_count UINTEGER;
COMMENT ON COLUMN stories.undated_count IS 'Articles in it that state no date of publication.';
ALTER TABLE stories ADD COLUMN thread_id UBIGINT;
COMMENT ON COLUMN stories.thread_id IS 'Thread that it belongs to; NULL when nothing follows it up and it follows up nothing.';
COMMENT ON COLUMN stories.independent_count IS 'Independent sources: different source_id among its articles.';

ALTER TABLE story_articles ADD COLUMN decided_by VARCHAR;
COMMENT ON COLUMN story_articles.decided_by IS 'Why it is in this story: alone, score, copy, decision or attached.';
ALTER TABLE story_articles ADD COLUMN via_article_id UBIGINT;
COMMENT ON COLUMN story_articles.via_article_id IS 'Member that it hangs on; NULL for the first one of a story.';
ALTER TABLE story_articles ADD COLUMN margin FLOAT;
COMMENT ON COLUMN story_articles.margin IS 'By how much the score of its link to via_article_id exceeds what a pair needs; NULL where no score decided.';
ALTER TABLE story_articles ADD COLUMN publisher_family VARCHAR;
COMMENT ON COLUMN story_articles.publisher_family IS 'Family of outlets that its publisher belongs to; NULL when not known.';
ALTER TABLE story_articles ADD COLUMN source_id VARCHAR;
COMMENT ON COLUMN story_articles.source_id IS 'Independent source that it counts as: an agency, a family of outlets, or the article itself.';
COMMENT ON COLUMN story_articles.score IS 'Best passing score to another member; NULL when there is none.';

-- A pair passes or falls short; whether its articles are together is decided by whole groups. A CHECK cannot be altered.
CREATE TABLE links_renamed (
    article_a UBIGINT NOT NULL,
    article_b UBIGINT NOT NULL CHECK (article_a < article_b),
    relation VARCHAR NOT NULL CHECK (relation IN ('exact', 'near_duplicate', 'same_story')),
    score FLOAT NOT NULL,
    decision VARCHAR NOT NULL CHECK (decision IN ('passes', 'falls_short')),
    threshold FLOAT,
    features STRUCT(
        body DOUBLE, lead DOUBLE, names DOUBLE, "time" DOUBLE, weekday DOUBLE, semantic DOUBLE, trust DOUBLE,
        words_a UINTEGER, words_b UINTEGER, words_matched UINTEGER, numbers_changed UINTEGER, names_changed UINTEGER,
        same_form BOOLEAN),
    model_version VARCHAR,
    run_id VARCHAR NOT NULL,
    linked_at TIMESTAMP NOT NULL
);
INSERT INTO links_renamed
SELECT * REPLACE (CASE decision WHEN 'accepted' THEN 'passes' ELSE 'falls_short' END AS decision) FROM links;
DROP TABLE links;
ALTER TABLE links_renamed RENAME TO links;
COMMENT ON TABLE links IS 'Evidence: what was found when two articles were compared.';
COMMENT ON COLUMN links.article_a IS 'The smaller id of the pair.';
COMMENT ON COLUMN links.article_b IS 'The larger id of the pair.';
COMMENT ON COLUMN links.relation IS 'exact (same text), near_duplicate (one text a copy of the other) or same_story (same event).';
COMMENT ON COLUMN links.score IS 'Similarity, from 0 to 1.';
COMMENT ON COLUMN links.decision IS 'passes (the score reaches the threshold) or falls_short; not whether the two are in one story.';
COMMENT ON COLUMN links.threshold IS 'Score needed when the pair was compared.';
COMMENT ON COLUMN links.features IS 'What was measured: by channel for same_story, in words for the others; NULL where it is not.';
COMMENT ON COLUMN links.model_version IS 'Background model that scored it.';
COMMENT ON COLUMN links.run_id IS 'Run that compared them.';
COMMENT ON COLUMN links.linked_at IS 'When, UTC.';

-- Decisions of more kinds than three: about one text being a copy, about a field of an article, about the name of an outlet.
CREATE TABLE overrides_wider (
    override_id UBIGINT NOT NULL,
    relation VARCHAR NOT NULL,
    article_a UBIGINT,
    article_b UBIGINT,
    story_id UBIGINT,
    field VARCHAR,
    value VARCHAR,
    made_by VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL,
    why VARCHAR,
    revoked_at TIMESTAMP,
    revoked_by VARCHAR
);
INSERT INTO overrides_wider BY NAME FROM overrides;
DROP TABLE overrides;
ALTER TABLE overrides_wider RENAME TO overrides;
COMMENT ON TABLE overrides IS 'What people decided; it holds in every later run until revoked.';
COMMENT ON COLUMN overrides.override_id IS 'Id of the decision.';
COMMENT ON COLUMN overrides.relation IS 'must_link, cannot_link, not_copy (one story, but two texts) or pin (article_a is the canonical of its story).';
COMMENT ON COLUMN overrides.article_a IS 'Article; of a pair the smaller id.';
COMMENT ON COLUMN overrides.article_b IS 'The other article of a pair.';
COMMENT ON COLUMN overrides.story_id IS 'Story of a pin.';
COMMENT ON COLUMN overrides.field IS 'What a decision about one field changes; NULL, since no such decision can be made yet.';
COMMENT ON COLUMN overrides.value IS 'What that field is changed to; NULL likewise.';
COMMENT ON COLUMN overrides.made_by IS 'Who decided.';
COMMENT ON COLUMN overrides.made_at IS 'When, UTC.';
COMMENT ON COLUMN overrides.why IS 'Reason given.';
COMMENT ON COLUMN overrides.revoked_at IS 'When it was revoked, UTC; NULL while it holds.';
COMMENT ON COLUMN overrides.revoked_by IS 'Who revoked it.';

-- What articles claim to be, so that states of one article find one another; and what a provider takes back.
CREATE TABLE article_claims (claim UBIGINT NOT NULL, kind VARCHAR NOT NULL, article_id UBIGINT NOT NULL, headline UBIGINT);
COMMENT ON TABLE article_claims IS 'What articles claim to be: hashes of their addresses, ids and places. A claim is no proof: content has to agree.';
COMMENT ON COLUMN article_claims.claim IS 'Hash of the claim.';
COMMENT ON COLUMN article_claims.kind IS 'strict, loose (an address without what may be tracking) or item (an id that a notice can name).';
COMMENT ON COLUMN article_claims.article_id IS 'Article.';
COMMENT ON COLUMN article_claims.headline IS 'Hash of its headline, for claims that very many articles share.';
CREATE TABLE article_redirects (old_id UBIGINT NOT NULL, article_id UBIGINT NOT NULL, run_id VARCHAR NOT NULL, redirected_at TIMESTAMP NOT NULL);
COMMENT ON TABLE article_redirects IS 'Ids of articles that turned out to be states of another article.';
COMMENT ON COLUMN article_redirects.old_id IS 'Former id.';
COMMENT ON COLUMN article_redirects.article_id IS 'Article that it is a state of.';
COMMENT ON COLUMN article_redirects.run_id IS 'Run that found it.';
COMMENT ON COLUMN article_redirects.redirected_at IS 'When, UTC.';
CREATE TABLE notices (
    claim UBIGINT NOT NULL, document_id UBIGINT NOT NULL, source_ref VARCHAR NOT NULL, revision BIGINT, stated_at TIMESTAMP,
    run_id VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE notices IS 'Notices by which providers take items back: kills, cancellations. One row for each id that a notice names.';
COMMENT ON COLUMN notices.claim IS 'Hash of the id, as in article_claims.';
COMMENT ON COLUMN notices.document_id IS 'Raw document of the notice.';
COMMENT ON COLUMN notices.source_ref IS 'Where it lay.';
COMMENT ON COLUMN notices.revision IS 'Number of the state of the item, as its provider counts.';
COMMENT ON COLUMN notices.stated_at IS 'Time of the notice, UTC, as stated.';
COMMENT ON COLUMN notices.run_id IS 'Run that read it.';
COMMENT ON COLUMN notices.seen_at IS 'When it was read, UTC.';
ALTER TABLE articles ADD COLUMN revision BIGINT;
COMMENT ON COLUMN articles.revision IS 'Number of this state of the item, as its provider counts; NULL when it does not.';
ALTER TABLE articles ADD COLUMN is_superseded BOOLEAN;
COMMENT ON COLUMN articles.is_superseded IS 'The file that held this state holds another now.';
ALTER TABLE articles ADD COLUMN is_held BOOLEAN;
COMMENT ON COLUMN articles.is_held IS 'In no story for now: withdrawn, or under an embargo.';
ALTER TABLE article_versions ADD COLUMN revision BIGINT;
COMMENT ON COLUMN article_versions.revision IS 'Number of this state of the item, as its provider counts; NULL when it does not.';
ALTER TABLE article_versions ADD COLUMN is_superseded BOOLEAN;
COMMENT ON COLUMN article_versions.is_superseded IS 'The file that held this state holds another now.';
ALTER TABLE article_versions ADD COLUMN is_held BOOLEAN;
COMMENT ON COLUMN article_versions.is_held IS 'In no story for now: withdrawn, or under an embargo.';

CREATE TABLE story_relations (
    story_a UBIGINT NOT NULL, story_b UBIGINT NOT NULL, relation VARCHAR NOT NULL, score DOUBLE NOT NULL,
    article_a UBIGINT NOT NULL, article_b UBIGINT NOT NULL
);
COMMENT ON TABLE story_relations IS 'Pairs of stories that are about the same things: one follows up the other, or they are related.';
COMMENT ON COLUMN story_relations.story_a IS 'The earlier story of a follow_up; of a related pair the one with the smaller id.';
COMMENT ON COLUMN story_relations.story_b IS 'The other story.';
COMMENT ON COLUMN story_relations.relation IS 'follow_up or related.';
COMMENT ON COLUMN story_relations.score IS 'Mean of their best pair scores.';
COMMENT ON COLUMN story_relations.article_a IS 'Article of story_a in the best pair.';
COMMENT ON COLUMN story_relations.article_b IS 'Article of story_b in the best pair.';
CREATE TABLE thread_stories (thread_id UBIGINT NOT NULL, story_id UBIGINT NOT NULL, follows_story_id UBIGINT);
COMMENT ON TABLE thread_stories IS 'Stories of threads: what follows up what.';
COMMENT ON COLUMN thread_stories.thread_id IS 'Thread.';
COMMENT ON COLUMN thread_stories.story_id IS 'Story; in one thread at most.';
COMMENT ON COLUMN thread_stories.follows_story_id IS 'Earlier story that it follows up best; NULL for the first of a thread.';
CREATE TABLE thread_redirects (thread_id UBIGINT NOT NULL, current_thread_id UBIGINT NOT NULL);
COMMENT ON TABLE thread_redirects IS 'Threads that live on under another id.';
COMMENT ON COLUMN thread_redirects.thread_id IS 'Former id.';
COMMENT ON COLUMN thread_redirects.current_thread_id IS 'Thread that took it in.';

-- What a story held when it went is needed to give it its id back.
ALTER TABLE story_events ADD COLUMN article_id UBIGINT;
COMMENT ON COLUMN story_events.article_id IS 'Article that joined or left.';
COMMENT ON COLUMN story_events.event IS 'born, restored, grown, shrunk, merged, split, redirected, dissolved; joined or left of one article.';
-- What an erased text was like, as hashes, so that a near copy of it is held back for a person to decide.
CREATE TABLE tombstone_shingles (shingle UINTEGER NOT NULL, article_id UBIGINT NOT NULL);
COMMENT ON TABLE tombstone_shingles IS 'Hashes of sampled runs of three words of what was erased; no text can be made of them.';
COMMENT ON COLUMN tombstone_shingles.shingle IS 'Hash of three words in a row.';
COMMENT ON COLUMN tombstone_shingles.article_id IS 'Erased article.';
CREATE TABLE let_in (document_id UBIGINT NOT NULL, let_in_at TIMESTAMP NOT NULL, let_in_by VARCHAR NOT NULL);
COMMENT ON TABLE let_in IS 'Documents that resemble what was erased and that a person let in.';
COMMENT ON COLUMN let_in.document_id IS 'Raw document.';
COMMENT ON COLUMN let_in.let_in_at IS 'When, UTC.';
COMMENT ON COLUMN let_in.let_in_by IS 'Who decided.';

ALTER TABLE files ADD COLUMN field_map VARCHAR;
COMMENT ON COLUMN files.field_map IS 'Map of field names that it was read under, as JSON; empty when there was none.';
ALTER TABLE files ADD COLUMN read_by VARCHAR;
COMMENT ON COLUMN files.read_by IS 'Versions of the readers and of the cleaner that it was read by.';
;

-- People correct what cleaning found of an article; what the source had is kept, for the correction to be taken back.
ALTER TABLE overrides ADD COLUMN made_with UBIGINT;
COMMENT ON COLUMN overrides.made_with IS 'First of the decisions that one command made together: they are revoked together. NULL where it made one.';
COMMENT ON COLUMN overrides.relation IS 'must_link, cannot_link, not_copy (one story, but two texts), pin (article_a is the canonical of its story), correct (a field of article_a) or rename_outlet.';
COMMENT ON COLUMN overrides.field IS 'What a correction changes: title, published, kind or publisher; of rename_outlet the former name.';
COMMENT ON COLUMN overrides.value IS 'What it is changed to; of rename_outlet the new name. An empty published means undated.';
CREATE TABLE article_originals (
    article_id UBIGINT NOT NULL, fields VARCHAR[] NOT NULL, title VARCHAR, publisher VARCHAR, kind VARCHAR, kind_reason VARCHAR,
    published_at TIMESTAMP, published_precision VARCHAR, published_zone VARCHAR, published_source VARCHAR,
    published_text VARCHAR, published_from TIMESTAMP, published_until TIMESTAMP
);
COMMENT ON TABLE article_originals IS 'What the source had in the fields of articles that people corrected.';
COMMENT ON COLUMN article_originals.article_id IS 'Article.';
COMMENT ON COLUMN article_originals.fields IS 'Which of its fields are corrected: title, published, kind, publisher. The columns of the others are NULL.';
COMMENT ON COLUMN article_originals.title IS 'Headline.';
COMMENT ON COLUMN article_originals.publisher IS 'Outlet.';
COMMENT ON COLUMN article_originals.kind IS 'Kind.';
COMMENT ON COLUMN article_originals.kind_reason IS 'What the kind was recognised by.';
COMMENT ON COLUMN article_originals.published_at IS 'Publication.';
COMMENT ON COLUMN article_originals.published_precision IS 'minute, day or none.';
COMMENT ON COLUMN article_originals.published_zone IS 'Offset as stated.';
COMMENT ON COLUMN article_originals.published_source IS 'Where the time was found.';
COMMENT ON COLUMN article_originals.published_text IS 'The time as the source wrote it.';
COMMENT ON COLUMN article_originals.published_from IS 'Earliest time that it allows, UTC.';
COMMENT ON COLUMN article_originals.published_until IS 'Latest time that it allows, UTC.'
