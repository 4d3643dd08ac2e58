-- The index of words that the search macros look into, made and asked with the same macros.
CREATE TABLE _search_rules (language VARCHAR, shortest INTEGER, endings VARCHAR[]);
COMMENT ON TABLE _search_rules IS 'Endings that a light stemmer takes off the words of a language, for search.';
COMMENT ON COLUMN _search_rules.language IS 'Primary language tag.';
COMMENT ON COLUMN _search_rules.shortest IS 'Letters that a stem keeps at least.';
COMMENT ON COLUMN _search_rules.endings IS 'Endings in small letters without accents.';
CREATE TABLE _search_characters (traditional VARCHAR, simplified VARCHAR);
COMMENT ON TABLE _search_characters IS 'Traditional Chinese characters and their simplified ones, in one order, for search.';
COMMENT ON COLUMN _search_characters.traditional IS 'Traditional characters.';
COMMENT ON COLUMN _search_characters.simplified IS 'The simplified one of each.';
CREATE TABLE _search_articles (number UINTEGER, article_id VARCHAR, word_count UINTEGER);
COMMENT ON TABLE _search_articles IS 'Articles that search knows, by the number that the index has of them.';
COMMENT ON COLUMN _search_articles.number IS 'Number in the index; another one after each change of the article.';
COMMENT ON COLUMN _search_articles.article_id IS 'Article; NULL when it is gone or has another number.';
COMMENT ON COLUMN _search_articles.word_count IS 'Words indexed, a headline''s counted as often as they weigh.';
CREATE TABLE _search_words (word VARCHAR, stem VARCHAR, stem_number UINTEGER);
COMMENT ON TABLE _search_words IS 'Words that the index has, so that the beginning of a word finds it.';
COMMENT ON COLUMN _search_words.word IS 'Word in small letters without accents.';
COMMENT ON COLUMN _search_words.stem IS 'Its stem in the language of an article that has it.';
COMMENT ON COLUMN _search_words.stem_number IS 'Number of the stem in the index; of those that came in one publication the commonest has the first.';
CREATE TABLE _search_postings (stem_number UINTEGER, number UINTEGER, frequency UTINYINT);
COMMENT ON TABLE _search_postings IS 'Inverted index: which stem is in which article, ordered by frequency (1, 2 to 3, 4 to 7 and so on) and stem in each publication.';
COMMENT ON COLUMN _search_postings.stem_number IS 'Stem, by its number in _search_words.';
COMMENT ON COLUMN _search_postings.number IS 'Article, by its number in _search_articles.';
COMMENT ON COLUMN _search_postings.frequency IS 'How often it occurs, at most 255; in a headline it counts three times.';

CREATE MACRO search_folded(words) AS strip_accents(lower(
    CASE WHEN regexp_matches(words, '\p{Han}')
         THEN translate(words, (SELECT traditional FROM _search_characters), (SELECT simplified FROM _search_characters))
         ELSE words END));
COMMENT ON MACRO search_folded IS 'Text as search compares it: small letters without accents, Chinese in simplified characters.';

-- A word with marks inside (O'Brien, COVID-19, U.S.) counts whole and by its parts. Scripts that are written without
-- spaces are cut into pairs of characters.
CREATE MACRO search_words(folded) AS
    regexp_extract_all(regexp_replace(folded, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+', ' ', 'g'),
                       '[\p{L}\p{N}\p{M}]+')
    || list_transform(regexp_extract_all(folded, '[\p{L}\p{N}]+(?:[''’.\-&·][\p{L}\p{N}]+)+'),
                      lambda w: regexp_replace(w, '[''’.\-&·]', '', 'g'))
    || flatten(list_transform(
        regexp_extract_all(folded, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+'),
        lambda run: list_transform(range(1, greatest(length(run), 2)), lambda start: substr(run, start, 2))));
COMMENT ON MACRO search_words IS 'Words of a text as search_folded gives it.';

CREATE MACRO search_longest_ending(word, shortest, endings) AS coalesce(list_max(list_transform(
    endings, lambda e: CASE WHEN length(word) - length(e) >= shortest AND suffix(word, e) THEN length(e) ELSE 0 END)), 0);
COMMENT ON MACRO search_longest_ending IS 'Letters of the longest ending that leaves enough of a word.';

CREATE MACRO search_singular(word) AS CASE
    WHEN length(word) > 4 AND suffix(word, 'ies') THEN word[:-4] || 'y'
    WHEN length(word) > 4 AND regexp_matches(word, '[sxzh]es$') THEN word[:-3]
    WHEN length(word) > 3 AND regexp_matches(word, '[^su]s$') THEN word[:-2]
    ELSE word END;
COMMENT ON MACRO search_singular IS 'An English word without the ending of its plural.';

CREATE MACRO search_finish(word) AS regexp_replace(regexp_replace(regexp_replace(
    word, '^(.{3,})(?:bb|dd|ff|gg|kk|mm|nn|pp|rr|tt)$', '\1' || right(word, 1)), '^(.{4,})e$', '\1'), '^(.{3,})y$', '\1i');
COMMENT ON MACRO search_finish IS 'An English stem without a doubled letter, e or y at its end.';

-- The stem is found in three steps, so that each can be a column where many words are stemmed: an expression that is
-- used again within another one is evaluated again.
CREATE MACRO search_base(word, language) AS CASE WHEN language = 'en' THEN search_singular(word) ELSE word END;
COMMENT ON MACRO search_base IS 'A word that endings are taken off.';

CREATE MACRO search_cut(base, shortest, endings) AS left(base, length(base) - search_longest_ending(base, shortest, endings));
COMMENT ON MACRO search_cut IS 'A word without its longest ending.';

-- Numbers and very short English words stay as they are.
CREATE MACRO search_end(word, cut, language) AS CASE
    WHEN (language = 'en' AND length(word) <= 3) OR regexp_matches(word, '^\p{N}') THEN word
    WHEN language = 'en' THEN search_finish(cut)
    ELSE cut END;
COMMENT ON MACRO search_end IS 'The stem of a word, given what is left without its ending.';

CREATE MACRO search_stem(word, language, shortest, endings) AS
    search_end(word, search_cut(search_base(word, language), shortest, endings), language);
COMMENT ON MACRO search_stem IS 'Stem of a word as search_words gives it, by the rules of a language.';

-- A phrase that stands there as it is asked for needs no text rewritten: what has its words in turn mostly does.
CREATE MACRO search_has(part, phrase) AS coalesce(CASE
    WHEN contains(lower(part), ' ' || phrase || ' ') THEN true
    ELSE contains(
        ' ' || regexp_replace(search_folded(part), '[^\p{L}\p{N}\p{M}]+', ' ', 'g') || ' ',
        CASE WHEN regexp_matches(phrase, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]') THEN phrase ELSE ' ' || phrase || ' ' END)
    END, false);
COMMENT ON MACRO search_has IS 'Whether a text has a phrase, given as search_items gives it.';

CREATE MACRO search_items(words) AS TABLE
    WITH listed AS (
        SELECT unnest(items) AS item, generate_subscripts(items, 1) AS place
        FROM (SELECT regexp_extract_all(words, '-?"[^"]*"?|[^\s"]+') AS items)
    ), clauses AS (
        SELECT place, item, starts_with(item, '-') AS is_excluded, contains(item, '"') AS is_phrase, suffix(item, '*') AS is_prefix,
               sum(CASE WHEN previous = 'OR' THEN 0 ELSE 1 END) OVER (ORDER BY place) AS clause
        FROM (SELECT *, lag(item) OVER (ORDER BY place) AS previous FROM listed)
        WHERE item NOT IN ('OR', 'AND') -- all words are wanted anyway
    ), folded AS (
        SELECT * EXCLUDE (item),
               -- marks inside a word: a phrase has its parts in turn, else the word is looked for as a whole
               regexp_replace(search_folded(replace(ltrim(item, '-'), '"', '')), '[''’.\-&·]', CASE WHEN is_phrase THEN ' ' ELSE '' END, 'g') AS plain
        FROM clauses
    )
    SELECT place, clause, is_excluded, is_phrase, is_prefix, trim(regexp_replace(plain, '[^\p{L}\p{N}\p{M}]+', ' ', 'g')) AS phrase,
           search_words(plain) AS tokens
    FROM folded WHERE len(search_words(plain)) > 0;
COMMENT ON MACRO TABLE search_items IS 'What is asked for: words and phrases, those of one clause being alternatives (OR).';

CREATE MACRO search_hits(words) AS TABLE
    WITH items AS MATERIALIZED (FROM search_items(words)),
    asked AS MATERIALIZED (
        SELECT place, unnest(tokens) AS token, generate_subscripts(tokens, 1) AS turn, is_prefix FROM items
    ), stems AS MATERIALIZED (
        SELECT DISTINCT place, turn, stem_number FROM (
            SELECT place, turn, token AS stem FROM asked
            UNION
            SELECT place, turn, search_stem(token, language, shortest, endings) FROM asked, _search_rules
        ) JOIN _search_words USING (stem)
    ), keys AS MATERIALIZED (
        SELECT place, turn, stem_number FROM stems
        UNION
        SELECT a.place, a.turn, s.stem_number
        FROM asked a JOIN _search_words s ON s.word >= a.token AND s.word < a.token || chr(1114111)
        WHERE a.is_prefix OR (a.place, a.turn) NOT IN (SELECT (place, turn) FROM stems)
    ), found AS MATERIALIZED (
        SELECT k.place, k.turn, p.number, any_value(x.article_id) AS article_id, any_value(x.word_count) AS word_count,
               sum(p.frequency) AS frequency
        FROM _search_postings p JOIN keys k ON k.stem_number = p.stem_number JOIN _search_articles x ON x.number = p.number
        WHERE x.article_id IS NOT NULL
        GROUP BY k.place, k.turn, p.number
    ), weights AS (
        SELECT place, turn, ln(1 + (total - count(*) + .5) / (count(*) + .5)) AS idf, average
        FROM found, (SELECT count(*) AS total, avg(word_count) AS average FROM _search_articles WHERE article_id IS NOT NULL)
        GROUP BY place, turn, total, average
    ), whole AS MATERIALIZED (
        -- BM25, k1 = 1.2 and b = .75 as is usual
        SELECT f.place, f.article_id,
               sum(w.idf * f.frequency * 2.2 / (f.frequency + 1.2 * (.25 + .75 * f.word_count / w.average))) AS score
        FROM found f JOIN weights w ON w.place = f.place AND w.turn = f.turn
        GROUP BY f.place, f.article_id
        HAVING count(*) = (SELECT len(i.tokens) FROM items i WHERE i.place = f.place)
    ), unphrased AS (
        SELECT h.place, h.article_id
        FROM whole h JOIN items i ON i.place = h.place AND i.is_phrase JOIN articles a ON a.article_id = h.article_id
        WHERE NOT search_has(a.title, i.phrase) AND NOT search_has(a.standfirst, i.phrase)
          AND NOT search_has(a.publisher, i.phrase) AND NOT search_has(a.text, i.phrase)
    )
    SELECT h.article_id, i.clause, i.is_excluded, h.score, i.tokens[1] AS first_token,
           (SELECT count(DISTINCT clause) FROM items WHERE NOT is_excluded) AS clauses
    FROM whole h JOIN items i ON i.place = h.place
    WHERE (h.place, h.article_id) NOT IN (SELECT (place, article_id) FROM unphrased);
COMMENT ON MACRO TABLE search_hits IS 'Which articles have which clause of what is asked for, with the BM25 score.';

CREATE MACRO search_part(body, start) AS trim(regexp_replace(
    CASE WHEN start > 1 THEN '…' ELSE '' END
    || regexp_replace(substr(body, start, 240),
        -- no parts of words at either end; a script without spaces is cut anywhere
        CASE WHEN start > 1 AND length(body) >= start + 240 THEN '^\S{0,24}\s+|\s+\S{0,24}$'
             WHEN start > 1 THEN '^\S{0,24}\s+' WHEN length(body) >= start + 240 THEN '\s+\S{0,24}$' ELSE '^$' END, '', 'g')
    || CASE WHEN length(body) >= start + 240 THEN '…' ELSE '' END, '\s+', ' ', 'g'));
COMMENT ON MACRO search_part IS 'At most 240 characters of a text from a place, in whole words.';

CREATE MACRO search_snippet(body, word) AS search_part(body, greatest(1, strpos(search_folded(body), word) - 80));
COMMENT ON MACRO search_snippet IS 'The part of a text around a word.';

CREATE MACRO search_articles(words, most := 100) AS TABLE
    WITH hits AS MATERIALIZED (FROM search_hits(words)),
    ranked AS MATERIALIZED (
        SELECT article_id, (sum(score) FILTER (NOT is_excluded))::FLOAT AS score, min(first_token) FILTER (NOT is_excluded) AS first_token
        FROM hits GROUP BY article_id
        HAVING NOT bool_or(is_excluded) AND count(DISTINCT clause) = any_value(clauses)
        ORDER BY score DESC, article_id LIMIT most
    ), placed AS MATERIALIZED (
        SELECT a.rowid AS place, r.score, r.first_token FROM ranked r JOIN articles a ON a.article_id = r.article_id
    ), texts AS (
        SELECT rowid AS place, article_id, title, publisher, published_at, published_precision, story_id, text
        FROM articles WHERE rowid IN (SELECT place FROM placed) -- texts are read where these are
    )
    SELECT t.article_id, t.title, t.publisher, t.published_at, t.published_precision, t.story_id, p.score,
           search_snippet(t.text, left(p.first_token, greatest(3, length(p.first_token) - 3))) AS snippet
    FROM placed p JOIN texts t ON t.place = p.place
    ORDER BY p.score DESC, t.article_id;
COMMENT ON MACRO TABLE search_articles IS 'Articles that have all these words, in any inflection, in headline, text or outlet, the best first: FROM search_articles(''bridge "white house" -football OR ferry''). Quotes make a phrase, - leaves out, OR joins alternatives, AND may stand between words, * completes a word; at most 100 unless most := says otherwise.';

CREATE MACRO search_stories(words, most := 100) AS TABLE
    WITH hits AS MATERIALIZED (FROM search_hits(words)),
    by_story AS (
        SELECT a.story_id, h.clause, h.is_excluded, any_value(h.clauses) AS clauses, max(h.score) AS score,
               max_by({'place': a.rowid, 'token': h.first_token}, h.score) AS best
        FROM hits h JOIN articles a ON a.article_id = h.article_id
        WHERE a.story_id IS NOT NULL
        GROUP BY a.story_id, h.clause, h.is_excluded
    ), scored AS (
        SELECT story_id, (sum(score) FILTER (NOT is_excluded))::FLOAT AS score, max_by(best, score) FILTER (NOT is_excluded) AS best
        FROM by_story GROUP BY story_id
        HAVING NOT bool_or(is_excluded) AND count(*) = any_value(clauses)
    ), ranked AS MATERIALIZED (
        -- the order of the answer, so that a longer one begins with the shorter one
        SELECT s.rowid AS story_place, c.score, c.best.place AS text_place, c.best.token AS token
        FROM scored c JOIN stories s ON s.story_id = c.story_id
        ORDER BY c.score DESC, s.last_published_at DESC NULLS LAST, c.story_id LIMIT most
    ), texts AS (
        -- texts and rows of stories are read where these are
        SELECT rowid AS place, text FROM articles WHERE rowid IN (SELECT text_place FROM ranked)
    ), found AS (
        SELECT rowid AS place, * FROM stories WHERE rowid IN (SELECT story_place FROM ranked)
    )
    SELECT s.* EXCLUDE (place), r.score, search_snippet(t.text, left(r.token, greatest(3, length(r.token) - 3))) AS snippet
    FROM ranked r JOIN found s ON s.place = r.story_place JOIN texts t ON t.place = r.text_place
    ORDER BY r.score DESC, s.last_published_at DESC NULLS LAST, s.story_id;
COMMENT ON MACRO TABLE search_stories IS 'Stories whose reports have all these words, in any inflection, in headlines, texts or outlets, the best first: FROM search_stories(''bridge "white house" -football OR ferry''). Quotes make a phrase, - leaves out, OR joins alternatives, AND may stand between words, * completes a word; at most 100 unless most := says otherwise.';
