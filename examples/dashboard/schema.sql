-- One row per webhook-id that was taken in the last 90 days: a delivery that comes again finds its row and changes nothing.
CREATE TABLE IF NOT EXISTS deliveries (
    webhook_id  TEXT PRIMARY KEY,
    type        TEXT NOT NULL,
    received_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deliveries_oldest ON deliveries (received_at);

CREATE TABLE IF NOT EXISTS reviews (
    number     INTEGER PRIMARY KEY,  -- the order of arrival
    job_id     TEXT NOT NULL UNIQUE,
    status     TEXT NOT NULL,
    version    INTEGER NOT NULL,
    restaurant TEXT NOT NULL,        -- '' when the review names none
    at         TEXT NOT NULL,        -- UTC, ISO 8601
    language   TEXT NOT NULL,
    model      TEXT NOT NULL,
    truncated  INTEGER NOT NULL,
    sentences  INTEGER NOT NULL,
    overall    TEXT NOT NULL DEFAULT '', -- '' when it says nothing of any aspect
    asked      INTEGER NOT NULL DEFAULT 0  -- whether a result that was too long for its event was asked for
);
CREATE INDEX IF NOT EXISTS reviews_newest ON reviews (status, at DESC, number DESC);
CREATE INDEX IF NOT EXISTS reviews_by_restaurant ON reviews (restaurant, status, at DESC, number DESC, sentences);

CREATE TABLE IF NOT EXISTS sentences (
    job_id   TEXT NOT NULL REFERENCES reviews (job_id),
    position INTEGER NOT NULL,       -- its index, as Kritiq has it
    start    INTEGER NOT NULL,
    stop     INTEGER NOT NULL,
    text     TEXT,                   -- NULL unless the endpoint opted in
    PRIMARY KEY (job_id, position)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS judgements (
    job_id     TEXT NOT NULL REFERENCES reviews (job_id),
    position   INTEGER NOT NULL,
    aspect     TEXT NOT NULL,
    polarity   TEXT NOT NULL,
    confidence REAL,
    restaurant TEXT NOT NULL,        -- repeated from the review, for the tally
    day        TEXT NOT NULL,
    evidence   TEXT NOT NULL DEFAULT '[]',  -- JSON: where in the sentence the words begin and end that carry it
    PRIMARY KEY (job_id, position, aspect)
) WITHOUT ROWID;

-- What readers of the page said of judgements, and what the model had said. The judgements have what was said.
CREATE TABLE IF NOT EXISTS corrections (
    job_id     TEXT NOT NULL REFERENCES reviews (job_id),
    position   INTEGER NOT NULL,
    aspect     TEXT NOT NULL,
    polarity   TEXT NOT NULL,        -- 'none': the sentence does not speak of it, and there is no judgement
    judged     TEXT NOT NULL,        -- 'none': the model had found nothing
    confidence REAL,
    evidence   TEXT NOT NULL,
    PRIMARY KEY (job_id, position, aspect)
) WITHOUT ROWID;

-- The judgements counted, kept by two triggers: bars and trend stay fast after years of reviews, and cannot
-- disagree with the judgements, whichever way these change.
CREATE TABLE IF NOT EXISTS tally (
    restaurant TEXT NOT NULL,
    day        TEXT NOT NULL,
    aspect     TEXT NOT NULL,
    polarity   TEXT NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (restaurant, day, aspect, polarity)
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS judgement_counted AFTER INSERT ON judgements BEGIN
    INSERT INTO tally VALUES (new.restaurant, new.day, new.aspect, new.polarity, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER IF NOT EXISTS judgement_uncounted AFTER DELETE ON judgements BEGIN
    UPDATE tally SET n = n - 1
    WHERE restaurant = old.restaurant AND day = old.day AND aspect = old.aspect AND polarity = old.polarity;
END;

-- Batches that have ended, and how many of their lines were kept.
CREATE TABLE IF NOT EXISTS batches (
    batch_id TEXT PRIMARY KEY,
    ended_at TEXT NOT NULL,
    lines    INTEGER NOT NULL DEFAULT 0,
    closed   INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Jobs, batches and lines of them that were deleted at Kritiq in the last 90 days, and when: what tells of them late is not
-- kept.
CREATE TABLE IF NOT EXISTS erased (
    subject TEXT PRIMARY KEY,
    at      TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS erased_oldest ON erased (at);

-- `revision` grows with every change; `epoch` tells one database from its successor after a deletion.
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT OR IGNORE INTO state VALUES ('revision', 0), ('epoch', lower(hex(randomblob(4))));
