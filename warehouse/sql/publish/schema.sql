-- The published contract: names are fixed, columns may grow. Ids are text of 16 hexadecimal digits.

CREATE TABLE stories (
    story_id VARCHAR, title VARCHAR, article_count UINTEGER, publisher_count UINTEGER, publisher VARCHAR,
    last_published_at TIMESTAMP, first_published_at TIMESTAMP, language VARCHAR, key_terms VARCHAR[],
    independent_count UINTEGER, copy_group_count UINTEGER, url VARCHAR, canonical_article_id VARCHAR,
    canonical_reason VARCHAR, latest_title VARCHAR, latest_article_id VARCHAR, undated_count UINTEGER, thread_id VARCHAR,
    created_at TIMESTAMP, updated_at TIMESTAMP
);
COMMENT ON TABLE stories IS 'One row per story: everything reported about one happening. Start here: SELECT * FROM stories ORDER BY last_published_at DESC';
COMMENT ON COLUMN stories.story_id IS 'Id, kept for ever; when stories merge the old id is in story_redirects.';
COMMENT ON COLUMN stories.title IS 'Headline of the canonical article.';
COMMENT ON COLUMN stories.article_count IS 'Articles in the story, copies included.';
COMMENT ON COLUMN stories.publisher_count IS 'Different outlets among them; a name with and without The is one.';
COMMENT ON COLUMN stories.publisher IS 'Outlet of the canonical article.';
COMMENT ON COLUMN stories.last_published_at IS 'Latest publication among its reports; NULL when none says.';
COMMENT ON COLUMN stories.first_published_at IS 'Earliest publication among its reports; NULL when none says.';
COMMENT ON COLUMN stories.language IS 'Language of the canonical article.';
COMMENT ON COLUMN stories.key_terms IS 'Words that tell this story from others.';
COMMENT ON COLUMN stories.independent_count IS 'Independent sources: different source_id among its reports; live blogs, round-ups and digests do not count.';
COMMENT ON COLUMN stories.copy_group_count IS 'Different texts; copies of one text count once.';
COMMENT ON COLUMN stories.url IS 'Address of the canonical article.';
COMMENT ON COLUMN stories.canonical_article_id IS 'Article that stands for the story.';
COMMENT ON COLUMN stories.canonical_reason IS 'Why that one stands for it.';
COMMENT ON COLUMN stories.latest_title IS 'Headline of its newest full report.';
COMMENT ON COLUMN stories.latest_article_id IS 'Its newest full report by date of publication; the canonical article where none is dated.';
COMMENT ON COLUMN stories.undated_count IS 'Articles in it that state no date of publication.';
COMMENT ON COLUMN stories.thread_id IS 'Thread that it belongs to; NULL when nothing follows it up and it follows up nothing.';
COMMENT ON COLUMN stories.created_at IS 'When the story was first seen here, UTC.';
COMMENT ON COLUMN stories.updated_at IS 'When it last changed here, UTC.';

CREATE TABLE articles (
    article_id VARCHAR, title VARCHAR, publisher VARCHAR, published_at TIMESTAMP, story_id VARCHAR, is_canonical BOOLEAN,
    kind VARCHAR, language VARCHAR, word_count UINTEGER, lead VARCHAR USING COMPRESSION zstd, text VARCHAR USING COMPRESSION zstd, url VARCHAR USING COMPRESSION zstd,
    canonical_url VARCHAR,
    authors VARCHAR[], section VARCHAR, tags VARCHAR[], image_url VARCHAR, wire_agency VARCHAR, is_paywalled BOOLEAN,
    published_precision VARCHAR, published_zone VARCHAR, published_source VARCHAR, updated_at TIMESTAMP,
    language_confidence FLOAT, kind_reason VARCHAR, copy_group_id VARCHAR, version INTEGER, external_id VARCHAR,
    source_ref VARCHAR, document_id VARCHAR, content_hash VARCHAR, field_sources MAP(VARCHAR, VARCHAR),
    first_seen_at TIMESTAMP, last_changed_at TIMESTAMP, run_id VARCHAR, standfirst VARCHAR, genre VARCHAR,
    published_text VARCHAR, published_from TIMESTAMP, published_until TIMESTAMP, captured_at TIMESTAMP, revision BIGINT,
    embargoed_until TIMESTAMP, withdrawn_at TIMESTAMP, publisher_family VARCHAR, source_id VARCHAR, is_representative BOOLEAN,
    corrections VARCHAR[]
);
COMMENT ON TABLE articles IS 'One row per article, cleaned, in its current version. One that was withdrawn keeps its ids and times, and its words are NULL; one under an embargo is not here before its time.';
COMMENT ON COLUMN articles.article_id IS 'Id, from what identifies the article and not from its content.';
COMMENT ON COLUMN articles.title IS 'Headline.';
COMMENT ON COLUMN articles.publisher IS 'Outlet.';
COMMENT ON COLUMN articles.published_at IS 'Publication: UTC where published_zone is set, else the wall time as printed.';
COMMENT ON COLUMN articles.story_id IS 'Story it belongs to; NULL for stubs, lists of headlines and what was withdrawn or is under an embargo.';
COMMENT ON COLUMN articles.is_canonical IS 'It stands for its story.';
COMMENT ON COLUMN articles.kind IS 'article, teaser, stub, live_blog, round_up, digest, template, gallery or index.';
COMMENT ON COLUMN articles.language IS 'Primary language tag; und when not known.';
COMMENT ON COLUMN articles.word_count IS 'Words in text.';
COMMENT ON COLUMN articles.lead IS 'First paragraph or so.';
COMMENT ON COLUMN articles.text IS 'Body, one paragraph a line, without boilerplate.';
COMMENT ON COLUMN articles.url IS 'Address as stated.';
COMMENT ON COLUMN articles.canonical_url IS 'Address normalised, without tracking.';
COMMENT ON COLUMN articles.authors IS 'Authors as named.';
COMMENT ON COLUMN articles.section IS 'Section of the outlet.';
COMMENT ON COLUMN articles.tags IS 'Keywords of the outlet.';
COMMENT ON COLUMN articles.image_url IS 'Lead image.';
COMMENT ON COLUMN articles.wire_agency IS 'Agency whose text it is, when known.';
COMMENT ON COLUMN articles.is_paywalled IS 'Only part of the text was readable.';
COMMENT ON COLUMN articles.published_precision IS 'minute, day or none.';
COMMENT ON COLUMN articles.published_zone IS 'Offset as stated; NULL when none was.';
COMMENT ON COLUMN articles.published_source IS 'Where the time was found.';
COMMENT ON COLUMN articles.updated_at IS 'Last change as stated by the publisher.';
COMMENT ON COLUMN articles.language_confidence IS 'From 0 to 1.';
COMMENT ON COLUMN articles.kind_reason IS 'What the kind was recognised by.';
COMMENT ON COLUMN articles.copy_group_id IS 'Shared by articles that are copies of one text.';
COMMENT ON COLUMN articles.version IS 'How many versions are known, this one included.';
COMMENT ON COLUMN articles.external_id IS 'Id that the record brought with it.';
COMMENT ON COLUMN articles.source_ref IS 'Where that document lay.';
COMMENT ON COLUMN articles.document_id IS 'Raw document it was cleaned from.';
COMMENT ON COLUMN articles.content_hash IS 'Hash of title and text: changes when the article changes, not when its page does.';
COMMENT ON COLUMN articles.field_sources IS 'Which part of the page each field was taken from.';
COMMENT ON COLUMN articles.first_seen_at IS 'When any version came first, UTC.';
COMMENT ON COLUMN articles.last_changed_at IS 'When this version came, or was withdrawn or corrected since, UTC.';
COMMENT ON COLUMN articles.run_id IS 'Run that brought this version, or withdrew or corrected it since.';
COMMENT ON COLUMN articles.standfirst IS 'Summary that the outlet prints under the headline; NULL when there is none.';
COMMENT ON COLUMN articles.genre IS 'news, opinion, review, press release or correction, as stated; NULL when not stated.';
COMMENT ON COLUMN articles.published_text IS 'The time of publication as the source wrote it; NULL when it wrote none.';
COMMENT ON COLUMN articles.published_from IS 'Earliest time of publication that published_text allows, UTC; NULL when not known.';
COMMENT ON COLUMN articles.published_until IS 'Latest time of publication that published_text allows, UTC; NULL when not known.';
COMMENT ON COLUMN articles.captured_at IS 'When the page was fetched, UTC, as the source says; NULL when it does not.';
COMMENT ON COLUMN articles.revision IS 'Number of this state of the item, as its provider counts; NULL when it does not.';
COMMENT ON COLUMN articles.embargoed_until IS 'Not to be published before, UTC; NULL when there is no embargo.';
COMMENT ON COLUMN articles.withdrawn_at IS 'When its publisher took it back, UTC; NULL while it stands.';
COMMENT ON COLUMN articles.publisher_family IS 'Family of outlets that its publisher belongs to; NULL when not known or in no story.';
COMMENT ON COLUMN articles.is_representative IS 'It stands for the articles of its copy_group_id when stories are grouped: only representatives have links of relation same_story.';
COMMENT ON COLUMN articles.corrections IS 'Fields that people corrected: title, published, kind or publisher. What the source had is in article_originals, who corrected it and why in decisions; NULL when nothing was.';
COMMENT ON COLUMN articles.source_id IS 'Independent source that it counts as in its story: an agency, a family of outlets, or the article itself; NULL when in no story.';

CREATE TABLE article_versions AS SELECT * EXCLUDE (story_id, is_canonical, copy_group_id, publisher_family, source_id, is_representative, corrections) FROM articles LIMIT 0;
COMMENT ON TABLE article_versions IS 'Superseded versions of articles.';
COMMENT ON COLUMN article_versions.article_id IS 'Id, from what identifies the article and not from its content.';
COMMENT ON COLUMN article_versions.title IS 'Headline.';
COMMENT ON COLUMN article_versions.publisher IS 'Outlet.';
COMMENT ON COLUMN article_versions.published_at IS 'Publication: UTC where published_zone is set, else the wall time as printed.';
COMMENT ON COLUMN article_versions.kind IS 'article, teaser, stub, live_blog, round_up, digest, template, gallery or index.';
COMMENT ON COLUMN article_versions.language IS 'Primary language tag; und when not known.';
COMMENT ON COLUMN article_versions.word_count IS 'Words in text.';
COMMENT ON COLUMN article_versions.lead IS 'First paragraph or so.';
COMMENT ON COLUMN article_versions.text IS 'Body, one paragraph a line, without boilerplate.';
COMMENT ON COLUMN article_versions.url IS 'Address as stated.';
COMMENT ON COLUMN article_versions.canonical_url IS 'Address normalised, without tracking.';
COMMENT ON COLUMN article_versions.authors IS 'Authors as named.';
COMMENT ON COLUMN article_versions.section IS 'Section of the outlet.';
COMMENT ON COLUMN article_versions.tags IS 'Keywords of the outlet.';
COMMENT ON COLUMN article_versions.image_url IS 'Lead image.';
COMMENT ON COLUMN article_versions.wire_agency IS 'Agency whose text it is, when known.';
COMMENT ON COLUMN article_versions.is_paywalled IS 'Only part of the text was readable.';
COMMENT ON COLUMN article_versions.published_precision IS 'minute, day or none.';
COMMENT ON COLUMN article_versions.published_zone IS 'Offset as stated; NULL when none was.';
COMMENT ON COLUMN article_versions.published_source IS 'Where the time was found.';
COMMENT ON COLUMN article_versions.updated_at IS 'Last change as stated by the publisher.';
COMMENT ON COLUMN article_versions.language_confidence IS 'From 0 to 1.';
COMMENT ON COLUMN article_versions.kind_reason IS 'What the kind was recognised by.';
COMMENT ON COLUMN article_versions.version IS 'Place among the versions of its article by their own dates, from 1.';
COMMENT ON COLUMN article_versions.external_id IS 'Id that the record brought with it.';
COMMENT ON COLUMN article_versions.source_ref IS 'Where that document lay.';
COMMENT ON COLUMN article_versions.document_id IS 'Raw document it was cleaned from.';
COMMENT ON COLUMN article_versions.content_hash IS 'Hash of title and text: changes when the article changes, not when its page does.';
COMMENT ON COLUMN article_versions.field_sources IS 'Which part of the page each field was taken from.';
COMMENT ON COLUMN article_versions.first_seen_at IS 'When any version came first, UTC.';
COMMENT ON COLUMN article_versions.last_changed_at IS 'When it came, UTC.';
COMMENT ON COLUMN article_versions.run_id IS 'Run that brought it.';
COMMENT ON COLUMN article_versions.standfirst IS 'Summary that the outlet prints under the headline; NULL when there is none.';
COMMENT ON COLUMN article_versions.genre IS 'news, opinion, review, press release or correction, as stated; NULL when not stated.';
COMMENT ON COLUMN article_versions.published_text IS 'The time of publication as the source wrote it; NULL when it wrote none.';
COMMENT ON COLUMN article_versions.published_from IS 'Earliest time of publication that published_text allows, UTC; NULL when not known.';
COMMENT ON COLUMN article_versions.published_until IS 'Latest time of publication that published_text allows, UTC; NULL when not known.';
COMMENT ON COLUMN article_versions.captured_at IS 'When the page was fetched, UTC, as the source says; NULL when it does not.';
COMMENT ON COLUMN article_versions.revision IS 'Number of this state of the item, as its provider counts; NULL when it does not.';
COMMENT ON COLUMN article_versions.embargoed_until IS 'Not to be published before, UTC; NULL when there is no embargo.';
COMMENT ON COLUMN article_versions.withdrawn_at IS 'When its publisher took it back, UTC; NULL while it stands.';

CREATE TABLE story_articles (
    story_id VARCHAR, article_id VARCHAR, role VARCHAR, score FLOAT, decided_by VARCHAR, via_article_id VARCHAR,
    margin FLOAT, joined_at TIMESTAMP
);
COMMENT ON TABLE story_articles IS 'Which article belongs to which story; in one at most.';
COMMENT ON COLUMN story_articles.story_id IS 'Story.';
COMMENT ON COLUMN story_articles.article_id IS 'Article.';
COMMENT ON COLUMN story_articles.role IS 'canonical (stands for the story), copy (of the text of another member) or report.';
COMMENT ON COLUMN story_articles.score IS 'Best passing score to another member, from 0 to 1; NULL when there is none.';
COMMENT ON COLUMN story_articles.decided_by IS 'Why it is in this story: alone, score, copy, decision or attached.';
COMMENT ON COLUMN story_articles.via_article_id IS 'Member that it hangs on; NULL for the first one of a story.';
COMMENT ON COLUMN story_articles.margin IS 'By how much the score of its link to via_article_id exceeds what a pair needs; NULL where no score decided.';
COMMENT ON COLUMN story_articles.joined_at IS 'When it joined, UTC.';

CREATE TABLE links (
    article_a VARCHAR, article_b VARCHAR, relation VARCHAR, decision VARCHAR, together BOOLEAN, score FLOAT, threshold FLOAT,
    features STRUCT(
        body DOUBLE, lead DOUBLE, names DOUBLE, "time" DOUBLE, weekday DOUBLE, semantic DOUBLE, trust DOUBLE,
        words_a UINTEGER, words_b UINTEGER, words_matched UINTEGER, numbers_changed UINTEGER, names_changed UINTEGER,
        same_form BOOLEAN),
    model_version VARCHAR, run_id VARCHAR, linked_at TIMESTAMP
);
COMMENT ON TABLE links IS 'Evidence: what was found when two articles were compared. What people decided is in decisions.';
COMMENT ON COLUMN links.article_a IS 'The smaller id of the pair.';
COMMENT ON COLUMN links.article_b IS 'The larger id of the pair.';
COMMENT ON COLUMN links.relation IS 'exact (same text), near_duplicate (one text a copy of the other) or same_story (same event).';
COMMENT ON COLUMN links.decision IS 'passes (the score reaches the threshold) or falls_short; a pair may pass and yet be in two stories.';
COMMENT ON COLUMN links.together IS 'Whether the two articles are in one story.';
COMMENT ON COLUMN links.score IS 'Similarity, from 0 to 1.';
COMMENT ON COLUMN links.threshold IS 'Score that the pair needed to pass.';
COMMENT ON COLUMN links.features IS 'What was measured, as in features.body: for same_story the similarity of texts (body), beginnings (lead) and names and factors of time, for copies words that match; NULL where it is not.';
COMMENT ON COLUMN links.model_version IS 'Background model that scored it.';
COMMENT ON COLUMN links.run_id IS 'Run that compared them.';
COMMENT ON COLUMN links.linked_at IS 'When, UTC.';

CREATE TABLE decisions (
    decision_id VARCHAR, relation VARCHAR, article_a VARCHAR, article_b VARCHAR, story_id VARCHAR, field VARCHAR,
    value VARCHAR, made_by VARCHAR, made_at TIMESTAMP, why VARCHAR, made_with VARCHAR, revoked_at TIMESTAMP,
    revoked_by VARCHAR, revoked_why VARCHAR
);
COMMENT ON TABLE decisions IS 'What people decided, revoked ones included; each holds in every later run until it is revoked.';
COMMENT ON COLUMN decisions.decision_id IS 'Id of the decision.';
COMMENT ON COLUMN decisions.relation IS 'must_link (one story), cannot_link (two stories), not_copy (one story, but neither is a copy of the other), pin (article_a is the canonical of its story), correct (a field of article_a) or rename_outlet (every article under one name of an outlet).';
COMMENT ON COLUMN decisions.article_a IS 'Article; of a pair the smaller id; NULL of an outlet.';
COMMENT ON COLUMN decisions.article_b IS 'The other article of a pair.';
COMMENT ON COLUMN decisions.story_id IS 'Story of a pin, as it was when it was pinned.';
COMMENT ON COLUMN decisions.field IS 'What a correction changes: title, published, kind or publisher; of rename_outlet the former name.';
COMMENT ON COLUMN decisions.value IS 'What that is changed to; of rename_outlet the new name. An empty published means undated.';
COMMENT ON COLUMN decisions.made_by IS 'Who decided.';
COMMENT ON COLUMN decisions.made_at IS 'When, UTC.';
COMMENT ON COLUMN decisions.why IS 'Reason given.';
COMMENT ON COLUMN decisions.made_with IS 'First of the decisions that one command (move, split, merge, correct) made together: they are revoked together; NULL where it made one.';
COMMENT ON COLUMN decisions.revoked_at IS 'When it was revoked, UTC; NULL while it holds.';
COMMENT ON COLUMN decisions.revoked_by IS 'Who revoked it.';
COMMENT ON COLUMN decisions.revoked_why IS 'Reason given for revoking it; NULL where none was.';

CREATE TABLE article_originals (
    article_id VARCHAR, fields VARCHAR[], title VARCHAR, publisher VARCHAR, kind VARCHAR, kind_reason VARCHAR,
    published_at TIMESTAMP, published_precision VARCHAR, published_zone VARCHAR, published_source VARCHAR,
    published_text VARCHAR, published_from TIMESTAMP, published_until TIMESTAMP
);
COMMENT ON TABLE article_originals IS 'What the source had in the fields of articles that people corrected.';
COMMENT ON COLUMN article_originals.article_id IS 'Article.';
COMMENT ON COLUMN article_originals.fields IS 'Which of its fields are corrected: title, published, kind, publisher. The columns of the others are NULL here.';
COMMENT ON COLUMN article_originals.title IS 'Headline that the source had.';
COMMENT ON COLUMN article_originals.publisher IS 'Outlet that the source had.';
COMMENT ON COLUMN article_originals.kind IS 'Kind that cleaning recognised.';
COMMENT ON COLUMN article_originals.kind_reason IS 'What that kind was recognised by.';
COMMENT ON COLUMN article_originals.published_at IS 'Publication as the source had it.';
COMMENT ON COLUMN article_originals.published_precision IS 'minute, day or none.';
COMMENT ON COLUMN article_originals.published_zone IS 'Offset as stated; NULL when none was.';
COMMENT ON COLUMN article_originals.published_source IS 'Where that time was found.';
COMMENT ON COLUMN article_originals.published_text IS 'That time as the source wrote it.';
COMMENT ON COLUMN article_originals.published_from IS 'Earliest time that it allows, UTC.';
COMMENT ON COLUMN article_originals.published_until IS 'Latest time that it allows, UTC.';

CREATE TABLE story_events (
    story_id VARCHAR, event VARCHAR, other_story_id VARCHAR, article_id VARCHAR, article_count UINTEGER,
    happened_at TIMESTAMP, run_id VARCHAR
);
COMMENT ON TABLE story_events IS 'Life of stories: when they were born, grew, merged, were split, and which article joined or left. Articles of a birth have no event of their own.';
COMMENT ON COLUMN story_events.story_id IS 'Story it happened to.';
COMMENT ON COLUMN story_events.event IS 'born, restored (has its former id back), grown, shrunk, merged, split, redirected, dissolved; joined or left, of one article.';
COMMENT ON COLUMN story_events.other_story_id IS 'The other story of a merge, split or redirect.';
COMMENT ON COLUMN story_events.article_id IS 'Article that joined or left; NULL for what happened to the story as a whole.';
COMMENT ON COLUMN story_events.article_count IS 'Articles in the story afterwards; NULL for joined and left.';
COMMENT ON COLUMN story_events.happened_at IS 'When, UTC.';
COMMENT ON COLUMN story_events.run_id IS 'Run in which it happened.';

CREATE TABLE story_redirects (story_id VARCHAR, current_story_id VARCHAR);
COMMENT ON TABLE story_redirects IS 'Story ids that live on under another one.';
COMMENT ON COLUMN story_redirects.story_id IS 'Id that someone may still hold.';
COMMENT ON COLUMN story_redirects.current_story_id IS 'Story it is part of now.';

CREATE TABLE story_relations (
    story_a VARCHAR, story_b VARCHAR, relation VARCHAR, score FLOAT, article_a VARCHAR, article_b VARCHAR
);
COMMENT ON TABLE story_relations IS 'Pairs of stories that are about the same things: one follows up the other, they report one event in different languages, or they are related.';
COMMENT ON COLUMN story_relations.story_a IS 'The earlier story of a follow_up; of any other pair the one with the smaller id.';
COMMENT ON COLUMN story_relations.story_b IS 'The other story.';
COMMENT ON COLUMN story_relations.relation IS 'follow_up (story_b reports what came of story_a), other_language (both report one event, where the setting other_languages is on) or related.';
COMMENT ON COLUMN story_relations.score IS 'Mean of the best pair scores between the two, from 0 to 1; of other_language the cosine of the names, countries and numbers of the two.';
COMMENT ON COLUMN story_relations.article_a IS 'Article of story_a in the best pair; of other_language in the pair that shares most.';
COMMENT ON COLUMN story_relations.article_b IS 'Article of story_b in the best pair; of other_language in the pair that shares most.';

CREATE TABLE threads (
    thread_id VARCHAR, title VARCHAR, latest_title VARCHAR, story_count UINTEGER, article_count UINTEGER,
    first_published_at TIMESTAMP, last_published_at TIMESTAMP, language VARCHAR
);
COMMENT ON TABLE threads IS 'One row per thread: stories that follow up one another, or report one event in different languages. A story without either is in none.';
COMMENT ON COLUMN threads.thread_id IS 'Id, kept for ever; when threads merge the old id is in thread_redirects.';
COMMENT ON COLUMN threads.title IS 'Headline of its story with most independent sources.';
COMMENT ON COLUMN threads.latest_title IS 'Newest headline of its newest story.';
COMMENT ON COLUMN threads.story_count IS 'Stories in the thread.';
COMMENT ON COLUMN threads.article_count IS 'Articles in its stories.';
COMMENT ON COLUMN threads.first_published_at IS 'Earliest publication in its stories.';
COMMENT ON COLUMN threads.last_published_at IS 'Latest publication in its stories.';
COMMENT ON COLUMN threads.language IS 'Language of its stories; where they have several, of the one with most independent sources.';

CREATE TABLE thread_stories (thread_id VARCHAR, story_id VARCHAR, position UINTEGER, follows_story_id VARCHAR, score FLOAT);
COMMENT ON TABLE thread_stories IS 'Which story is in which thread; in one at most.';
COMMENT ON COLUMN thread_stories.thread_id IS 'Thread.';
COMMENT ON COLUMN thread_stories.story_id IS 'Story.';
COMMENT ON COLUMN thread_stories.position IS 'Place in the thread by first publication, from 1.';
COMMENT ON COLUMN thread_stories.follows_story_id IS 'Earlier story that it follows up best; NULL for one that follows up none.';
COMMENT ON COLUMN thread_stories.score IS 'How alike the two are, from 0 to 1; NULL where it follows up none.';

CREATE TABLE thread_redirects (thread_id VARCHAR, current_thread_id VARCHAR);
COMMENT ON TABLE thread_redirects IS 'Thread ids that live on under another one.';
COMMENT ON COLUMN thread_redirects.thread_id IS 'Id that someone may still hold.';
COMMENT ON COLUMN thread_redirects.current_thread_id IS 'Thread it is part of now.';

CREATE TABLE documents (
    document_id VARCHAR, source_ref VARCHAR, disposition VARCHAR, reason VARCHAR, detail VARCHAR, format VARCHAR,
    bytes UBIGINT, sha256 VARCHAR, article_id VARCHAR, run_id VARCHAR, seen_at TIMESTAMP
);
COMMENT ON TABLE documents IS 'One row per raw document and what became of it last; every input is accounted for here or counted as unchanged in runs.';
COMMENT ON COLUMN documents.document_id IS 'Id, from its place and bytes.';
COMMENT ON COLUMN documents.source_ref IS 'File, then !member for each archive level, then #n for a record.';
COMMENT ON COLUMN documents.disposition IS 'loaded, new_version, duplicate_file, rejected, skipped, deferred or erased.';
COMMENT ON COLUMN documents.reason IS 'Why it was not loaded, from a closed list.';
COMMENT ON COLUMN documents.detail IS 'Why, in words.';
COMMENT ON COLUMN documents.format IS 'What its bytes are.';
COMMENT ON COLUMN documents.bytes IS 'Size.';
COMMENT ON COLUMN documents.sha256 IS 'Hash of its bytes, hex.';
COMMENT ON COLUMN documents.article_id IS 'Article it became or repeats.';
COMMENT ON COLUMN documents.run_id IS 'Run that processed it.';
COMMENT ON COLUMN documents.seen_at IS 'When, UTC.';

CREATE TABLE runs (
    run_id VARCHAR, status VARCHAR, started_at TIMESTAMP, finished_at TIMESTAMP, command VARCHAR, files UBIGINT,
    documents UBIGINT, dispositions MAP(VARCHAR, UBIGINT), reasons MAP(VARCHAR, UBIGINT), articles_new UBIGINT,
    stories_new UBIGINT, stories_changed UBIGINT, copy_groups_new UBIGINT, articles_total UBIGINT,
    copy_groups_total UBIGINT, stories_total UBIGINT, stage_seconds MAP(VARCHAR, DOUBLE), settings JSON, versions JSON,
    host VARCHAR, pid INTEGER, message VARCHAR
);
COMMENT ON TABLE runs IS 'One row per run: what came in, what became of it and how long it took.';
COMMENT ON COLUMN runs.run_id IS 'Id; sorts by time of start.';
COMMENT ON COLUMN runs.status IS 'running, done, failed or crashed.';
COMMENT ON COLUMN runs.started_at IS 'Start, UTC.';
COMMENT ON COLUMN runs.finished_at IS 'End, UTC.';
COMMENT ON COLUMN runs.command IS 'What was asked.';
COMMENT ON COLUMN runs.files IS 'Files looked at.';
COMMENT ON COLUMN runs.documents IS 'Documents that came in; the sum of dispositions.';
COMMENT ON COLUMN runs.dispositions IS 'Documents by what became of them, unchanged ones included.';
COMMENT ON COLUMN runs.reasons IS 'Documents that did not become articles, by reason.';
COMMENT ON COLUMN runs.articles_new IS 'Articles it added.';
COMMENT ON COLUMN runs.stories_new IS 'Stories it gave birth to.';
COMMENT ON COLUMN runs.stories_changed IS 'Stories it changed.';
COMMENT ON COLUMN runs.copy_groups_new IS 'By how many the different texts grew.';
COMMENT ON COLUMN runs.articles_total IS 'Articles at its end.';
COMMENT ON COLUMN runs.copy_groups_total IS 'Different texts at its end.';
COMMENT ON COLUMN runs.stories_total IS 'Stories at its end.';
COMMENT ON COLUMN runs.stage_seconds IS 'Wall seconds by stage.';
COMMENT ON COLUMN runs.settings IS 'Effective settings.';
COMMENT ON COLUMN runs.versions IS 'Versions of newsfold, its libraries and models.';
COMMENT ON COLUMN runs.host IS 'Machine.';
COMMENT ON COLUMN runs.pid IS 'Process.';
COMMENT ON COLUMN runs.message IS 'Why it failed, or a remark.';

CREATE TABLE _about (topic VARCHAR, name VARCHAR, value VARCHAR);
COMMENT ON TABLE _about IS 'What this file is, how fresh it is and how to cite it.';
COMMENT ON COLUMN _about.topic IS 'file, count, cite, table or macro.';
COMMENT ON COLUMN _about.name IS 'What is stated.';
COMMENT ON COLUMN _about.value IS 'What it is.';

-- What of the working file each published row was made of, as numbers: the next publication compares these and touches
-- only what differs.
CREATE TABLE _article_fingerprints (article_id UBIGINT, content UBIGINT, place UBIGINT);
COMMENT ON TABLE _article_fingerprints IS 'Fingerprints of published articles, for the next publication.';
COMMENT ON COLUMN _article_fingerprints.article_id IS 'Article, as a number.';
COMMENT ON COLUMN _article_fingerprints.content IS 'Fingerprint of its version.';
COMMENT ON COLUMN _article_fingerprints.place IS 'Fingerprint of its story, role and copy group.';

CREATE TABLE _story_fingerprints (story_id UBIGINT, content UBIGINT);
COMMENT ON TABLE _story_fingerprints IS 'Fingerprints of published stories, for the next publication.';
COMMENT ON COLUMN _story_fingerprints.story_id IS 'Story, as a number.';
COMMENT ON COLUMN _story_fingerprints.content IS 'Fingerprint of its row.';

CREATE TABLE _fingerprint_totals (name VARCHAR, row_count UBIGINT, content UBIGINT);
COMMENT ON TABLE _fingerprint_totals IS 'All fingerprints of a published table taken together, for the next publication.';
COMMENT ON COLUMN _fingerprint_totals.name IS 'Table.';
COMMENT ON COLUMN _fingerprint_totals.row_count IS 'Rows.';
COMMENT ON COLUMN _fingerprint_totals.content IS 'Fingerprints of its rows, combined by xor.';

CREATE TABLE _ledger_state (name VARCHAR, row_count UBIGINT);
COMMENT ON TABLE _ledger_state IS 'Rows of published tables that only grow, for the next publication.';
COMMENT ON COLUMN _ledger_state.name IS 'Table.';
COMMENT ON COLUMN _ledger_state.row_count IS 'Rows that finished runs wrote into it.';

CREATE TABLE _tombstones (
    hash UBIGINT, scope VARCHAR, article_id UBIGINT, erased_at TIMESTAMP, erased_by VARCHAR, why VARCHAR
);
COMMENT ON TABLE _tombstones IS 'Hashes of what was erased, so that a recovered warehouse keeps it out too.';
COMMENT ON COLUMN _tombstones.hash IS 'Hash of an id, a content, an address, a publisher, three words in a row, or a document let in.';
COMMENT ON COLUMN _tombstones.scope IS 'What the hash is of.';
COMMENT ON COLUMN _tombstones.article_id IS 'Erased article that the words are of.';
COMMENT ON COLUMN _tombstones.erased_at IS 'When, UTC.';
COMMENT ON COLUMN _tombstones.erased_by IS 'Who asked.';
COMMENT ON COLUMN _tombstones.why IS 'Reason given.';
