-- The base tables. Ids are 64-bit hashes made outside, so that they are the same whatever the order of arrival.
-- No keys, indexes or ENUMs: uniqueness and orphans are checks (sql/checks), see docs/warehouse.md.

CREATE TABLE runs (
    run_id VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    status VARCHAR NOT NULL CHECK (status IN ('running', 'done', 'failed', 'crashed')),
    pid INTEGER NOT NULL,
    process_started BIGINT,
    host VARCHAR NOT NULL,
    command VARCHAR NOT NULL,
    files UBIGINT,
    documents UBIGINT,
    dispositions MAP(VARCHAR, UBIGINT),
    reasons MAP(VARCHAR, UBIGINT),
    articles_total UBIGINT,
    articles_new UBIGINT,
    copy_groups_total UBIGINT,
    copy_groups_new UBIGINT,
    stories_total UBIGINT,
    stories_new UBIGINT,
    stories_changed UBIGINT,
    stage_seconds MAP(VARCHAR, DOUBLE),
    settings JSON,
    versions JSON,
    message VARCHAR
);
COMMENT ON TABLE runs IS 'One row per run: when, by whom, what came in and what became of it.';
COMMENT ON COLUMN runs.run_id IS 'Id of the run; sorts by time of start.';
COMMENT ON COLUMN runs.started_at IS 'Start, UTC.';
COMMENT ON COLUMN runs.finished_at IS 'End, UTC; NULL while it runs.';
COMMENT ON COLUMN runs.status IS 'running, done, failed (said so itself) or crashed (found dead by a later run).';
COMMENT ON COLUMN runs.pid IS 'Process that ran it.';
COMMENT ON COLUMN runs.process_started IS 'Start of that process in clock ticks since boot, so that a reused process number is not taken for it.';
COMMENT ON COLUMN runs.host IS 'Machine that ran it.';
COMMENT ON COLUMN runs.command IS 'What was asked, as typed or scheduled.';
COMMENT ON COLUMN runs.files IS 'Files looked at.';
COMMENT ON COLUMN runs.documents IS 'Documents that came in; the sum of dispositions.';
COMMENT ON COLUMN runs.dispositions IS 'Documents by what became of them, unchanged ones included.';
COMMENT ON COLUMN runs.reasons IS 'Documents that did not become articles, by reason.';
COMMENT ON COLUMN runs.articles_total IS 'Articles in the warehouse at the end.';
COMMENT ON COLUMN runs.articles_new IS 'Articles this run added.';
COMMENT ON COLUMN runs.copy_groups_total IS 'Groups of articles with the same wording at the end; a lone article is a group of one.';
COMMENT ON COLUMN runs.copy_groups_new IS 'Change of that number by this run, when it grew.';
COMMENT ON COLUMN runs.stories_total IS 'Stories at the end.';
COMMENT ON COLUMN runs.stories_new IS 'Stories this run gave birth to.';
COMMENT ON COLUMN runs.stories_changed IS 'Stories this run grew, shrank, merged or split.';
COMMENT ON COLUMN runs.stage_seconds IS 'Wall seconds by stage.';
COMMENT ON COLUMN runs.settings IS 'Effective settings.';
COMMENT ON COLUMN runs.versions IS 'Versions of newsfold, its libraries and the models.';
COMMENT ON COLUMN runs.message IS 'Why it failed, or a remark; one line.';

CREATE TABLE files (
    source_ref VARCHAR NOT NULL,
    size UBIGINT NOT NULL,
    mtime_ns BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    documents UBIGINT NOT NULL,
    run_id VARCHAR NOT NULL,
    seen_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE files IS 'One row per file on disk, so that a file seen with the same content is known at once.';
COMMENT ON COLUMN files.source_ref IS 'Path of the file.';
COMMENT ON COLUMN files.size IS 'Bytes.';
COMMENT ON COLUMN files.mtime_ns IS 'Time of last change by the file system, nanoseconds since 1970.';
COMMENT ON COLUMN files.sha256 IS 'Hash of its bytes, hex.';
COMMENT ON COLUMN files.format IS 'What its bytes are.';
COMMENT ON COLUMN files.documents IS 'Documents in it; all unchanged when it comes again.';
COMMENT ON COLUMN files.run_id IS 'Run that read it last.';
COMMENT ON COLUMN files.seen_at IS 'When that was, UTC.';

CREATE TABLE documents (
    document_id UBIGINT NOT NULL,
    source_ref VARCHAR NOT NULL,
    format VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    bytes UBIGINT NOT NULL,
    disposition VARCHAR NOT NULL CHECK (disposition IN
        ('loaded', 'new_version', 'duplicate_file', 'rejected', 'skipped', 'deferred', 'erased')),
    reason VARCHAR,
    detail VARCHAR,
    article_id UBIGINT,
    run_id VARCHAR NOT NULL,
    seen_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE documents IS 'Ledger of raw documents, append-only: one row each time one was processed with an outcome other than unchanged.';
COMMENT ON COLUMN documents.document_id IS 'Hash of source_ref and sha256.';
COMMENT ON COLUMN documents.source_ref IS 'File, then !member for each archive level, then #n for a record.';
COMMENT ON COLUMN documents.format IS 'What its bytes are.';
COMMENT ON COLUMN documents.sha256 IS 'Hash of its bytes, hex; empty when they could not be read.';
COMMENT ON COLUMN documents.bytes IS 'Size.';
COMMENT ON COLUMN documents.disposition IS 'What became of it.';
COMMENT ON COLUMN documents.reason IS 'Why, from a closed list; NULL when it was loaded.';
COMMENT ON COLUMN documents.detail IS 'Why, in words.';
COMMENT ON COLUMN documents.article_id IS 'Article it became or repeats.';
COMMENT ON COLUMN documents.run_id IS 'Run that processed it.';
COMMENT ON COLUMN documents.seen_at IS 'When, UTC.';

CREATE TABLE articles (
    article_id UBIGINT NOT NULL,
    version INTEGER NOT NULL,
    document_id UBIGINT NOT NULL,
    external_id VARCHAR,
    source_ref VARCHAR NOT NULL,
    url VARCHAR,
    canonical_url VARCHAR,
    publisher VARCHAR,
    title VARCHAR NOT NULL,
    text VARCHAR USING COMPRESSION zstd NOT NULL,
    lead VARCHAR NOT NULL,
    authors VARCHAR[] NOT NULL,
    published_at TIMESTAMP,
    published_precision VARCHAR NOT NULL CHECK (published_precision IN ('minute', 'day', 'none')),
    published_zone VARCHAR,
    published_source VARCHAR,
    updated_at TIMESTAMP,
    language VARCHAR NOT NULL,
    language_confidence FLOAT NOT NULL,
    kind VARCHAR NOT NULL,
    kind_reason VARCHAR NOT NULL,
    wire_agency VARCHAR,
    word_count UINTEGER NOT NULL,
    section VARCHAR,
    tags VARCHAR[] NOT NULL,
    image_url VARCHAR,
    is_paywalled BOOLEAN NOT NULL,
    field_sources MAP(VARCHAR, VARCHAR) NOT NULL,
    content_hash UBIGINT NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    last_changed_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE articles IS 'One row per article: its current version, the one latest by its own dates whatever the order of arrival.';
COMMENT ON COLUMN articles.article_id IS 'Id, from what identifies the article and not from its content.';
COMMENT ON COLUMN articles.version IS 'How many versions are known, this one included.';
COMMENT ON COLUMN articles.document_id IS 'Raw document it was cleaned from.';
COMMENT ON COLUMN articles.external_id IS 'Id that the record brought with it.';
COMMENT ON COLUMN articles.source_ref IS 'Where that document lay.';
COMMENT ON COLUMN articles.url IS 'Address as stated.';
COMMENT ON COLUMN articles.canonical_url IS 'Address normalised, without tracking.';
COMMENT ON COLUMN articles.publisher IS 'Outlet.';
COMMENT ON COLUMN articles.title IS 'Headline.';
COMMENT ON COLUMN articles.text IS 'Body, one paragraph a line, without boilerplate.';
COMMENT ON COLUMN articles.lead IS 'First paragraph or so.';
COMMENT ON COLUMN articles.authors IS 'Authors as named.';
COMMENT ON COLUMN articles.published_at IS 'Publication: UTC where published_zone is set, else the wall time as printed.';
COMMENT ON COLUMN articles.published_precision IS 'minute, day or none.';
COMMENT ON COLUMN articles.published_zone IS 'Offset as stated; NULL when none was.';
COMMENT ON COLUMN articles.published_source IS 'Where the time was found.';
COMMENT ON COLUMN articles.updated_at IS 'Last change as stated by the publisher.';
COMMENT ON COLUMN articles.language IS 'Primary language tag; und when not known.';
COMMENT ON COLUMN articles.language_confidence IS 'From 0 to 1.';
COMMENT ON COLUMN articles.kind IS 'article, stub, live_blog, round_up, template, gallery or index.';
COMMENT ON COLUMN articles.kind_reason IS 'What told the kind.';
COMMENT ON COLUMN articles.wire_agency IS 'Agency whose text it is, when known.';
COMMENT ON COLUMN articles.word_count IS 'Words in text.';
COMMENT ON COLUMN articles.section IS 'Section of the outlet.';
COMMENT ON COLUMN articles.tags IS 'Keywords of the outlet.';
COMMENT ON COLUMN articles.image_url IS 'Lead image.';
COMMENT ON COLUMN articles.is_paywalled IS 'Only part of the text was readable.';
COMMENT ON COLUMN articles.field_sources IS 'Which part of the page each field was taken from.';
COMMENT ON COLUMN articles.content_hash IS 'Hash of title and text: changes when the article changes, not when its page does.';
COMMENT ON COLUMN articles.first_seen_at IS 'When any version came first, UTC.';
COMMENT ON COLUMN articles.last_changed_at IS 'When this version came, UTC.';
COMMENT ON COLUMN articles.run_id IS 'Run that brought this version.';

CREATE TABLE article_versions (
    article_id UBIGINT NOT NULL,
    version INTEGER NOT NULL,
    document_id UBIGINT NOT NULL,
    external_id VARCHAR,
    source_ref VARCHAR NOT NULL,
    url VARCHAR,
    canonical_url VARCHAR,
    publisher VARCHAR,
    title VARCHAR NOT NULL,
    text VARCHAR USING COMPRESSION zstd NOT NULL,
    lead VARCHAR NOT NULL,
    authors VARCHAR[] NOT NULL,
    published_at TIMESTAMP,
    published_precision VARCHAR NOT NULL CHECK (published_precision IN ('minute', 'day', 'none')),
    published_zone VARCHAR,
    published_source VARCHAR,
    updated_at TIMESTAMP,
    language VARCHAR NOT NULL,
    language_confidence FLOAT NOT NULL,
    kind VARCHAR NOT NULL,
    kind_reason VARCHAR NOT NULL,
    wire_agency VARCHAR,
    word_count UINTEGER NOT NULL,
    section VARCHAR,
    tags VARCHAR[] NOT NULL,
    image_url VARCHAR,
    is_paywalled BOOLEAN NOT NULL,
    field_sources MAP(VARCHAR, VARCHAR) NOT NULL,
    content_hash UBIGINT NOT NULL,
    first_seen_at TIMESTAMP NOT NULL,
    last_changed_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE article_versions IS 'Superseded versions of articles, kept whole.';
COMMENT ON COLUMN article_versions.article_id IS 'Id, from what identifies the article and not from its content.';
COMMENT ON COLUMN article_versions.version IS 'Place among the versions of its article by their own dates, from 1.';
COMMENT ON COLUMN article_versions.document_id IS 'Raw document it was cleaned from.';
COMMENT ON COLUMN article_versions.external_id IS 'Id that the record brought with it.';
COMMENT ON COLUMN article_versions.source_ref IS 'Where that document lay.';
COMMENT ON COLUMN article_versions.url IS 'Address as stated.';
COMMENT ON COLUMN article_versions.canonical_url IS 'Address normalised, without tracking.';
COMMENT ON COLUMN article_versions.publisher IS 'Outlet.';
COMMENT ON COLUMN article_versions.title IS 'Headline.';
COMMENT ON COLUMN article_versions.text IS 'Body, one paragraph a line, without boilerplate.';
COMMENT ON COLUMN article_versions.lead IS 'First paragraph or so.';
COMMENT ON COLUMN article_versions.authors IS 'Authors as named.';
COMMENT ON COLUMN article_versions.published_at IS 'Publication: UTC where published_zone is set, else the wall time as printed.';
COMMENT ON COLUMN article_versions.published_precision IS 'minute, day or none.';
COMMENT ON COLUMN article_versions.published_zone IS 'Offset as stated; NULL when none was.';
COMMENT ON COLUMN article_versions.published_source IS 'Where the time was found.';
COMMENT ON COLUMN article_versions.updated_at IS 'Last change as stated by the publisher.';
COMMENT ON COLUMN article_versions.language IS 'Primary language tag; und when not known.';
COMMENT ON COLUMN article_versions.language_confidence IS 'From 0 to 1.';
COMMENT ON COLUMN article_versions.kind IS 'article, stub, live_blog, round_up, template, gallery or index.';
COMMENT ON COLUMN article_versions.kind_reason IS 'What told the kind.';
COMMENT ON COLUMN article_versions.wire_agency IS 'Agency whose text it is, when known.';
COMMENT ON COLUMN article_versions.word_count IS 'Words in text.';
COMMENT ON COLUMN article_versions.section IS 'Section of the outlet.';
COMMENT ON COLUMN article_versions.tags IS 'Keywords of the outlet.';
COMMENT ON COLUMN article_versions.image_url IS 'Lead image.';
COMMENT ON COLUMN article_versions.is_paywalled IS 'Only part of the text was readable.';
COMMENT ON COLUMN article_versions.field_sources IS 'Which part of the page each field was taken from.';
COMMENT ON COLUMN article_versions.content_hash IS 'Hash of title and text: changes when the article changes, not when its page does.';
COMMENT ON COLUMN article_versions.first_seen_at IS 'When any version came first, UTC.';
COMMENT ON COLUMN article_versions.last_changed_at IS 'When it came, UTC.';
COMMENT ON COLUMN article_versions.run_id IS 'Run that brought it.';

CREATE TABLE signatures (article_id UBIGINT NOT NULL, signature UINTEGER[] NOT NULL, content_hash UBIGINT NOT NULL);
COMMENT ON TABLE signatures IS 'MinHash signature of each article.';
COMMENT ON COLUMN signatures.article_id IS 'Article.';
COMMENT ON COLUMN signatures.signature IS 'Smallest hash of the shingles under each permutation.';
COMMENT ON COLUMN signatures.content_hash IS 'Content it was made of.';

CREATE TABLE bands (band_key UBIGINT NOT NULL, article_id UBIGINT NOT NULL);
COMMENT ON TABLE bands IS 'LSH index: articles that share a key are candidates for copies.';
COMMENT ON COLUMN bands.band_key IS 'Hash of band number and its rows.';
COMMENT ON COLUMN bands.article_id IS 'Article.';

CREATE TABLE copy_members (
    article_id UBIGINT NOT NULL, copy_group_id UBIGINT NOT NULL, is_representative BOOLEAN NOT NULL
);
COMMENT ON TABLE copy_members IS 'Which articles share their wording.';
COMMENT ON COLUMN copy_members.article_id IS 'Article.';
COMMENT ON COLUMN copy_members.copy_group_id IS 'Group of the same wording.';
COMMENT ON COLUMN copy_members.is_representative IS 'This one stands for its group when stories are folded.';

CREATE TABLE profiles (article_id UBIGINT NOT NULL, model_version VARCHAR NOT NULL, profile BLOB NOT NULL);
COMMENT ON TABLE profiles IS 'What story comparison needs of an article: terms, names, numbers, time.';
COMMENT ON COLUMN profiles.article_id IS 'Article.';
COMMENT ON COLUMN profiles.model_version IS 'Background model it was made with.';
COMMENT ON COLUMN profiles.profile IS 'Packed arrays.';

CREATE TABLE story_keys (key UBIGINT NOT NULL, article_id UBIGINT NOT NULL);
COMMENT ON TABLE story_keys IS 'Blocking index: articles that share a key are candidates for one story.';
COMMENT ON COLUMN story_keys.key IS 'Hash of a salient term or pair of terms.';
COMMENT ON COLUMN story_keys.article_id IS 'Article.';

CREATE TABLE links (
    article_a UBIGINT NOT NULL,
    article_b UBIGINT NOT NULL CHECK (article_a < article_b),
    relation VARCHAR NOT NULL CHECK (relation IN ('exact', 'near_duplicate', 'same_story')),
    score FLOAT NOT NULL,
    decision VARCHAR NOT NULL CHECK (decision IN ('accepted', 'rejected')),
    threshold FLOAT,
    features JSON,
    model_version VARCHAR,
    run_id VARCHAR NOT NULL,
    linked_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE links IS 'Evidence: what was found when two articles were compared.';
COMMENT ON COLUMN links.article_a IS 'The smaller id of the pair.';
COMMENT ON COLUMN links.article_b IS 'The larger id of the pair.';
COMMENT ON COLUMN links.relation IS 'exact (same text), near_duplicate (same wording) or same_story (same event).';
COMMENT ON COLUMN links.score IS 'Similarity, from 0 to 1.';
COMMENT ON COLUMN links.decision IS 'accepted or rejected.';
COMMENT ON COLUMN links.threshold IS 'Score needed when this was decided.';
COMMENT ON COLUMN links.features IS 'Scores by channel and the shared terms with their weights.';
COMMENT ON COLUMN links.model_version IS 'Background model that scored it.';
COMMENT ON COLUMN links.run_id IS 'Run that compared them.';
COMMENT ON COLUMN links.linked_at IS 'When, UTC.';

CREATE TABLE overrides (
    override_id UBIGINT NOT NULL,
    relation VARCHAR NOT NULL CHECK (relation IN ('must_link', 'cannot_link', 'pin')),
    article_a UBIGINT NOT NULL,
    article_b UBIGINT,
    story_id UBIGINT,
    made_by VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL,
    why VARCHAR,
    revoked_at TIMESTAMP,
    revoked_by VARCHAR
);
COMMENT ON TABLE overrides IS 'What people decided; it holds in every later run until revoked.';
COMMENT ON COLUMN overrides.override_id IS 'Id of the decision.';
COMMENT ON COLUMN overrides.relation IS 'must_link, cannot_link, or pin (article_a is the canonical of its story).';
COMMENT ON COLUMN overrides.article_a IS 'Article; of a pair the smaller id.';
COMMENT ON COLUMN overrides.article_b IS 'The other article of a pair.';
COMMENT ON COLUMN overrides.story_id IS 'Story of a pin.';
COMMENT ON COLUMN overrides.made_by IS 'Who decided.';
COMMENT ON COLUMN overrides.made_at IS 'When, UTC.';
COMMENT ON COLUMN overrides.why IS 'Reason given.';
COMMENT ON COLUMN overrides.revoked_at IS 'When it was taken back, UTC; NULL while it holds.';
COMMENT ON COLUMN overrides.revoked_by IS 'Who took it back.';

CREATE TABLE stories (
    story_id UBIGINT NOT NULL,
    title VARCHAR NOT NULL,
    canonical_article_id UBIGINT NOT NULL,
    canonical_reason VARCHAR NOT NULL,
    url VARCHAR,
    publisher VARCHAR,
    language VARCHAR NOT NULL,
    first_published_at TIMESTAMP,
    last_published_at TIMESTAMP,
    article_count UINTEGER NOT NULL,
    copy_group_count UINTEGER NOT NULL,
    publisher_count UINTEGER NOT NULL,
    independent_count UINTEGER NOT NULL,
    key_terms VARCHAR[] NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE stories IS 'One row per story; an article that stands alone is a story of one.';
COMMENT ON COLUMN stories.story_id IS 'Id, kept as the story grows.';
COMMENT ON COLUMN stories.title IS 'Headline of the canonical article.';
COMMENT ON COLUMN stories.canonical_article_id IS 'Article that stands for the story.';
COMMENT ON COLUMN stories.canonical_reason IS 'Why that one.';
COMMENT ON COLUMN stories.url IS 'Address of the canonical article.';
COMMENT ON COLUMN stories.publisher IS 'Outlet of the canonical article.';
COMMENT ON COLUMN stories.language IS 'Language of the canonical article.';
COMMENT ON COLUMN stories.first_published_at IS 'Earliest publication among its articles.';
COMMENT ON COLUMN stories.last_published_at IS 'Latest publication among its articles.';
COMMENT ON COLUMN stories.article_count IS 'Articles in it, copies included.';
COMMENT ON COLUMN stories.copy_group_count IS 'Different wordings in it.';
COMMENT ON COLUMN stories.publisher_count IS 'Different outlets in it.';
COMMENT ON COLUMN stories.independent_count IS 'Different wordings that are not the same agency retold.';
COMMENT ON COLUMN stories.key_terms IS 'Words that tell this story from others.';
COMMENT ON COLUMN stories.created_at IS 'When the story was born here, UTC.';
COMMENT ON COLUMN stories.updated_at IS 'When it last changed here, UTC.';
COMMENT ON COLUMN stories.run_id IS 'Run that last changed it.';

CREATE TABLE story_articles (
    story_id UBIGINT NOT NULL,
    article_id UBIGINT NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('canonical', 'copy', 'report')),
    score FLOAT,
    joined_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE story_articles IS 'Which article belongs to which story.';
COMMENT ON COLUMN story_articles.story_id IS 'Story.';
COMMENT ON COLUMN story_articles.article_id IS 'Article; in one story at most.';
COMMENT ON COLUMN story_articles.role IS 'canonical, copy (same wording as another member) or report.';
COMMENT ON COLUMN story_articles.score IS 'Best accepted score to another member; NULL when alone.';
COMMENT ON COLUMN story_articles.joined_at IS 'When it joined, UTC.';

CREATE TABLE story_events (
    story_id UBIGINT NOT NULL,
    event VARCHAR NOT NULL,
    other_story_id UBIGINT,
    article_count UINTEGER,
    happened_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE story_events IS 'Life of stories: born, grown, shrunk, merged, split, redirected, dissolved.';
COMMENT ON COLUMN story_events.story_id IS 'Story it happened to.';
COMMENT ON COLUMN story_events.event IS 'What happened.';
COMMENT ON COLUMN story_events.other_story_id IS 'The other story of a merge, split or redirect.';
COMMENT ON COLUMN story_events.article_count IS 'Articles in the story afterwards.';
COMMENT ON COLUMN story_events.happened_at IS 'When, UTC.';
COMMENT ON COLUMN story_events.run_id IS 'Run in which it happened.';

CREATE TABLE tombstones (
    hash UBIGINT NOT NULL,
    scope VARCHAR NOT NULL CHECK (scope IN ('article', 'content', 'url', 'publisher')),
    erased_at TIMESTAMP NOT NULL,
    erased_by VARCHAR NOT NULL,
    why VARCHAR
);
COMMENT ON TABLE tombstones IS 'What was erased, as hashes only, so that it does not come back.';
COMMENT ON COLUMN tombstones.hash IS 'article: article_id; content: content_hash; url, publisher: first half of the MD5 of its lower case.';
COMMENT ON COLUMN tombstones.scope IS 'What the hash is of.';
COMMENT ON COLUMN tombstones.erased_at IS 'When, UTC.';
COMMENT ON COLUMN tombstones.erased_by IS 'Who asked.';
COMMENT ON COLUMN tombstones.why IS 'Reason given.';

CREATE TABLE models (
    model_version VARCHAR NOT NULL, created_at TIMESTAMP NOT NULL, kind VARCHAR NOT NULL, parameters JSON, data BLOB
);
COMMENT ON TABLE models IS 'Background models: what scores were made with.';
COMMENT ON COLUMN models.model_version IS 'Version, from its content.';
COMMENT ON COLUMN models.created_at IS 'When, UTC.';
COMMENT ON COLUMN models.kind IS 'What it models.';
COMMENT ON COLUMN models.parameters IS 'Its thresholds and settings.';
COMMENT ON COLUMN models.data IS 'Its arrays, packed.';

-- A document has several rows when it was retried; a deferred one is over once its file was read.
CREATE VIEW latest_documents AS
WITH latest AS (
    SELECT document_id, max_by(rowid, (seen_at, run_id, rowid)) AS place FROM documents GROUP BY document_id
)
SELECT d.* FROM documents d
WHERE rowid IN (SELECT place FROM latest)
  AND NOT (disposition = 'deferred' AND EXISTS (
      SELECT 1 FROM files f WHERE f.source_ref = d.source_ref AND f.seen_at >= d.seen_at));
COMMENT ON VIEW latest_documents IS 'What became last of each document.';
