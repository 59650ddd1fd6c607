-- uses: accounting, archive, delivery, metrics, model_lists, time, turns
-- A job's record through its states: queued, started, ended, lost, purged. Every change of a status is announced.

-- What is known of a record that is not there yet.
local NEW = {}

local DEADLINE_PASSED = 'The deadline passed before the job was done.'

local function announce(task, version, status)
  redis.call('PUBLISH', key.changes(celery_id(task)), version .. ' ' .. status)
end

-- When the reconciler looks at a job that waits and has no deadline: never. Should its message be lost, its mark tells.
local NEVER_MS = 9e15

-- Counts a job into its queue, `ahead` of all of its organisation's that wait or behind them. Returns what its record notes of its place there.
local function take_place(tenant, id, queue, weight, now, ahead)
  local mark, place = (ahead and count_back or count_in)(tenant, queue, weight)
  redis.call('ZADD', key.marks(tenant, queue), mark, id)
  return { 'queue', queue, 'queued_at', int(now), 'queue_mark', mark, 'queue_place', place }, mark, place
end

-- Puts a new or lost job into its queue's accounts; the message itself is pushed by the caller. `known`: see
-- `transition`.
local function enqueue(tenant, id, queue, weight, now, fields, ahead, known)
  local noted, mark, place = take_place(tenant, id, queue, weight, now, ahead)
  local version, from = transition(key.job(tenant, id), TRANSITIONS, 'queued', joined(noted, fields), known)
  -- Of a new job nobody has heard yet.
  if from ~= 'new' then announce(join_task(tenant, id), version, 'queued') end
  return mark, place
end

-- Keeps a new job, and the message that will stand for it, until its time has come.
local function schedule(tenant, id, queue, message, weight, due, fields)
  local noted = { 'queue', queue, 'due_at', int(due), 'message', message }
  transition(key.job(tenant, id), TRANSITIONS, 'scheduled', joined(noted, fields))
  redis.call('ZADD', key.scheduled, int(due), join_task(tenant, id))
  count_scheduled(weight, 1)
end

-- A scheduled job is scheduled no more.
local function unschedule(tenant, id, weight)
  if redis.call('ZREM', key.scheduled, join_task(tenant, id)) == 1 then count_scheduled(-tonumber(weight), -1) end
  redis.call('HDEL', key.job(tenant, id), 'message')
end

-- The first chunk of a scheduled batch has gone into its queue.
local function begin_batch(tenant, id)
  local record = key.batch(tenant, id)
  if redis.call('HGET', record, 'status') ~= 'scheduled' then return end
  announce(join_task(tenant, id), transition(record, BATCH_TRANSITIONS, 'running'), 'running')
end

-- Puts the jobs whose time has come into their queues, at most `most`.
local function fire_due(now, most)
  for _, task in ipairs(redis.call('ZRANGEBYSCORE', key.scheduled, '-inf', int(now), 'LIMIT', 0, most)) do
    local tenant, id = split_task(task)
    local job = get(key.job(tenant, id), 'status', 'queue', 'message', 'weight', 'batch')
    if job.status == 'scheduled' then
      if job.batch then begin_batch(tenant, job.batch) end
      unschedule(tenant, id, job.weight)
      enqueue(tenant, id, job.queue, job.weight, now)
      put_in(tenant, job.queue, job.message)
    else
      redis.call('ZREM', key.scheduled, task)
    end
  end
end

-- Starts an attempt: from now on `tag` holds the job, for `lease` milliseconds; the caller counts what is held.
-- After `limit` milliseconds it has taken too long (nil: however long). `known`: see `transition`. `by`: what chose the
-- version that judges it (`lib/choice.lua`).
local function start(tenant, id, queue, tag, now, lease, limit, known, by)
  local task, fields = join_task(tenant, id), { 'started_at', int(now), 'tag', tag }
  if limit then fields[5], fields[6] = 'limit_at', int(now + tonumber(limit)) end
  if by then fields[#fields + 1], fields[#fields + 2] = 'by', by end
  local version = transition(key.job(tenant, id), TRANSITIONS, 'running', fields, known)
  redis.call('ZADD', key.live, int(now + lease), task)
  redis.call('ZREM', key.marks(tenant, queue), id)
  announce(task, version, 'running')
end

-- What is read of a job's record before an attempt at it: `status`, `version`, `limit_ms`, `wants`, then what the worker
-- that makes it needs to know. Read at once, since a call of a command costs more.
local CLAIMED = {
  'attempt', 'weight', 'queued_at', 'strikes', 'deadline_at', 'text', 'request', 'ttl_ms', 'batch', 'culprits',
  'celery_meta', 'celery_headers', 'day', 'trace', 'by',
}
-- Where the batch is among these.
local CLAIMED_BATCH = 13
local function claimable(tenant, id)
  return redis.call('HMGET', key.job(tenant, id), 'status', 'version', 'limit_ms', 'wants', unpack(CLAIMED))
end

-- An attempt as the worker is told of it: 'job', tag, tenant, id, milliseconds in the queue, then the values of CLAIMED
-- (`store.job_record.claim_from`). `job` is what `claimable` read.
local function claim_of(tenant, id, tag, now, job)
  local _, _, _, _, _, _, queued_at = unpack(job)
  return { 'job', tag, tenant, id, int(now - tonumber(queued_at)), unpack(job, 5) }
end

-- What Celery's own Redis backend shows for jobs that end without a result, without the first brace. `kind` is the exception's class and module
-- if it isn't the usual one; `more` are further members (children, group and parent) of a task that a Celery client
-- sent, as JSON without braces.
local function celery_meta(task, status, message, kind, more)
  local state, why = 'FAILURE', message
  kind = kind or { 'RuntimeError', 'builtins' }
  if status ~= 'failed' then
    state, kind = 'REVOKED', { 'TaskRevokedError', 'celery.exceptions' }
    why = status == 'expired' and 'expired' or 'revoked'
  end
  local meta = cjson.encode({
    task_id = celery_id(task), status = state, traceback = cjson.null,
    result = { exc_type = kind[1], exc_message = { why }, exc_module = kind[2] },
  })
  return string.sub(meta, 2, -2) .. ',' .. (more or '"children":[]') .. '}'
end

-- Keeps a job's result where Celery clients look for it, and tells those that wait.
local function store_result(task, meta, ttl)
  local result = key.result(celery_id(task))
  -- A chunk's time begins to run when its batch ends.
  if ttl then redis.call('SET', result, meta, 'PX', int(ttl)) else redis.call('SET', result, meta) end
  redis.call('PUBLISH', result, meta)
end

-- Notes that Celery has something to send after an ended job. It needs the result, which clients may take away.
local function owe(record, task, meta, now)
  redis.call('HSET', record, 'kept', meta)
  redis.call('ZADD', key.follow_ups, int(now), task)
end

-- Ends that wait to be told to monitors, at most so many: who missed them will not ask for them.
local MOST_UNTOLD = 10000

-- Notes an end that no attempt tells to Celery's monitors, as it tells its own: a worker does (`job/untold`). `from` is the
-- status before. A chunk that nobody has begun was never heard of, and its end need not be.
local function note_untold(tenant, id, from, status, now, outcome)
  local job = get(key.job(tenant, id), 'started_at', 'native', 'batch', 'restaurant')
  local known = (job.started_at or job.native) ~= nil
  if job.batch and not known then return end
  redis.call('RPUSH', key.untold, cjson.encode({
    task = celery_id(join_task(tenant, id)), status = status, at = now, began = from == 'running', known = known,
    chunk = job.batch ~= nil, restaurant = job.restaurant, why = status == 'failed' and outcome.message or nil,
  }))
  redis.call('LTRIM', key.untold, -MOST_UNTOLD, -1)
  redis.call('PEXPIRE', key.untold, int(UNTOLD_MS))
end

-- Counts the aspects of a job or a chunk's lines, which its record remembers as restaurant -> day -> aspect|polarity ->
-- sentences (`kept`), into (sign 1) or out of (-1) their restaurants' summaries. Records of before November 2026 have
-- aspect|polarity -> sentences: of the restaurant and the day `own`.
local function tally(tenant, kept, sign, own)
  kept = kept and cjson.decode(kept) or {}
  local _, first = next(kept)
  if own and own.restaurant and own.day and type(first) == 'number' then
    kept = { [own.restaurant] = { [own.day] = kept } }
  end
  for restaurant, days in pairs(kept) do
    local summary = key.summary(tenant, restaurant)
    for day, counts in pairs(type(days) == 'table' and days or {}) do
      for name, sentences in pairs(counts) do
        local field = day .. '|' .. name
        if redis.call('HINCRBY', summary, field, sign * sentences) <= 0 then redis.call('HDEL', summary, field) end
      end
    end
    if sign > 0 then
      redis.call('ZADD', key.restaurants(tenant), 0, restaurant)
    elseif redis.call('EXISTS', summary) == 0 then
      redis.call('ZREM', key.restaurants(tenant), restaurant)
    end
  end
end

-- Counts a chunk's lines into its batch, and ends the batch when it was the last chunk.
local function end_chunk(tenant, batch, number, status, lines, good, bad, now)
  local record, task = key.batch(tenant, batch), join_task(tenant, batch)
  if redis.call('HEXISTS', record, 'status') == 0 then return end
  -- Of a batch that was called off, or whose time is over, its end tells enough.
  if status == 'succeeded' or status == 'failed' then emit_lines(tenant, batch, number, now) end
  if status == 'succeeded' then
    redis.call('HINCRBY', record, 'succeeded', good)
    redis.call('HINCRBY', record, 'failed', bad)
  else
    redis.call('HINCRBY', record, status, lines)
  end
  if redis.call('HINCRBY', record, 'chunks_left', -1) > 0 then
    announce(task, redis.call('HINCRBY', record, 'version', 1), redis.call('HGET', record, 'status'))
    local ended = 0
    for _, lines_of in ipairs(redis.call('HMGET', record, 'succeeded', 'failed', 'canceled', 'expired')) do
      ended = ended + tonumber(lines_of or 0)
    end
    emit_progress(tenant, batch, ended - lines, ended, now)
    return
  end
  local b = get(record, 'ttl_ms', 'cancel_requested', 'chunks')
  local ends = now + tonumber(b.ttl_ms)
  local to = b.cancel_requested == '1' and 'canceled' or 'completed'
  local version = transition(record, BATCH_TRANSITIONS, to, { 'finished_at', int(now), 'expires_at', int(ends) })
  redis.call('PEXPIRE', record, int(tonumber(b.ttl_ms) + OVERDUE_MS))
  redis.call('PEXPIRE', key.batch_authors(tenant, batch), int(b.ttl_ms))
  -- The chunks were kept while the batch went on; now their time runs too.
  for n = 0, tonumber(b.chunks) - 1 do
    local chunk = join_task(tenant, batch .. '.' .. n)
    redis.call('ZADD', key.expiring, int(ends), chunk)
    redis.call('PEXPIREAT', key.result(chunk), int(ends))
  end
  announce(task, version, to)
  emit(tenant, 'batch.completed', batch, now)
end

-- Of a batch only a mark stays, which answers 410 for a while.
local function bury_batch(tenant, batch)
  local record = key.batch(tenant, batch)
  redis.call('DEL', record, key.batch_authors(tenant, batch))
  redis.call('HSET', record, 'gone', 1)
  redis.call('PEXPIRE', record, int(GONE_MS))
end

-- What is read of a record before its end; `more` besides.
local function ending(record, ...)
  return get(record, 'status', 'version', 'batch', 'lines', 'webhook', 'ttl_ms', 'weight', 'celery', 'celery_meta',
    'ignored', 'queue', 'created_at', 'due_at', ...)
end

-- Ends a job: record, result, indexes and announcements in one go. `outcome` may have `meta` (the result in Celery's
-- format, without the brace that it begins with), `message` (why there is none) with the exception's `kind`, `fields`
-- for the record, `tally` (which is one of those), of a chunk the lines that are `good` and `bad`, `job`, if
-- `ending` was read, and `told`, if the caller's worker tells it to monitors.
local function finish(tenant, id, status, now, outcome)
  local record, task = key.job(tenant, id), join_task(tenant, id)
  local job = outcome.job or ending(record)
  local ttl = tonumber(job.ttl_ms or '86400000')
  local ends, fields = int(now + ttl), outcome.fields or {}
  local version, from = transition(
    record, TRANSITIONS, status, { 'finished_at', int(now), 'expires_at', ends, unpack(fields) }, job
  )
  if from == 'running' then let_go(job.weight) end
  if from == 'queued' then redis.call('ZREM', key.marks(tenant, job.queue), id) end
  if not outcome.told then note_untold(tenant, id, from, status, now, outcome) end
  meter_end(tenant, job.queue, status, fields, now - math.max(tonumber(job.created_at or now), tonumber(job.due_at or 0)))
  redis.call('HDEL', record, 'tag', 'judging', 'limit_at')
  redis.call('ZREM', key.live, task)
  local meta = outcome.meta or celery_meta(task, status, outcome.message or status, outcome.kind, job.celery_meta)
  meta = '{"date_done":"' .. iso(now) .. '",' .. meta
  if not job.ignored then store_result(task, meta, not job.batch and ttl) end
  if not job.batch then
    redis.call('PEXPIRE', record, int(ttl + OVERDUE_MS))
    redis.call('ZADD', key.expiring, ends, task)
  end
  announce(task, version, status)
  tell_archive(tenant, 'ended', id, true)
  -- What Celery itself has to send now: links, the next step of a chain, a part of a chord (`worker.consumer.follow_ups`).
  if job.celery then owe(record, task, meta, now) end
  if status == 'succeeded' then tally(tenant, outcome.tally, 1) end
  if job.batch then
    end_chunk(tenant, job.batch, string.match(id, '%d+$'), status, tonumber(job.lines), outcome.good or 0, outcome.bad or 0, now)
  else
    local told = emit(tenant, 'job.' .. status, id, now)
    if job.webhook then emit_once(tenant, 'job.' .. status, id, now, job.webhook) end
    -- Webhooks may need it when its time is over: then it is there for whoever purges the rest.
    if told or job.webhook then redis.call('PEXPIRE', key.result(celery_id(task)), int(ttl + OVERDUE_MS)) end
  end
end

-- Ends a running job that was called off, as soon as no attempt holds it any more. Returns whether it was.
local function end_called_off(tenant, id, now)
  if redis.call('HGET', key.job(tenant, id), 'cancel_requested') ~= '1' then return false end
  finish(tenant, id, 'canceled', now, { message = 'The job was canceled.' })
  return true
end

-- Counts a running job whose attempt came to nothing back into its queue, ahead of all, as its next attempt; its message
-- is the caller's. Nothing of the last one is left.
local function begin_next_attempt(tenant, id, queue, weight, now)
  local record = key.job(tenant, id)
  let_go(weight)
  redis.call('HINCRBY', record, 'attempt', 1)
  redis.call('HDEL', record, 'tag', 'judging', 'limit_at')
  enqueue(tenant, id, queue, weight, now, nil, true)
end

-- Whether the message of a job that waits is lost: everything up to its mark was taken from its queue, and still nobody has
-- it. Where models are waited for, its list tells. `job`: `queue`, `queue_mark`, `list` and `list_begun` of its record.
local function lost_message(tenant, job)
  if job.queue == MODEL_QUEUE then return lost_in_list(job.list, job.list_begun) end
  return passed(tenant, job.queue, job.queue_mark)
end

-- Ends a job that waits: its message stays behind in its queue, or it has none yet.
local function finish_waiting(tenant, id, status, now, message)
  local record = key.job(tenant, id)
  local job = get(record, 'status', 'queue', 'weight')
  if job.status == 'scheduled' then
    unschedule(tenant, id, job.weight)
  else
    count_gone(record, tenant, job.queue, job.weight)
  end
  finish(tenant, id, status, now, { message = message })
end

-- Takes away everything that was stored for a job; what stays is a mark that answers 410 for a while, and, when its time
-- is over (`in_time`), what webhooks that are still due have to tell: that stands in the indexes by which people are
-- erased, and the reconciler looks at it again in a week.
local function purge(tenant, id, in_time)
  local record, task = key.job(tenant, id), join_task(tenant, id)
  local job = get(record, 'status', 'weight', 'restaurant', 'author', 'batch', 'queue', 'tally', 'day')
  if job.status == 'queued' then
    count_gone(record, tenant, job.queue, job.weight)
    redis.call('ZREM', key.marks(tenant, job.queue), id)
  end
  if job.status == 'scheduled' then unschedule(tenant, id, job.weight) end
  if job.status == 'running' then let_go(job.weight) end
  if job.status == 'succeeded' then tally(tenant, job.tally, -1, job) end
  if job.status and not TERMINAL[job.status] then note_untold(tenant, id, job.status, 'canceled', now_ms(), {}) end
  local stays = get(record, 'left', 'celery', 'kept')
  local owed = redis.call('ZSCORE', key.follow_ups, task)
  local result, kept = key.result(celery_id(task)), false
  if in_time and not job.batch then
    kept = keep_unsent(tenant, 'job', id, record, redis.call('GET', result), now_ms())
  else
    forget_deliveries(tenant, 'job', id, now_ms())
  end
  redis.call('DEL', record, result)
  note_erasure(now_ms())
  -- The archive keeps what is only past its time here.
  if not in_time then tell_archive(tenant, 'deleted', id) end
  if not job.batch then redis.call('HSET', record, 'gone', 1) end
  if stays.left then redis.call('HSET', record, 'left', stays.left) end
  -- What is owed to others, such as a part of a chord, is sent first (`job/followed_up`).
  if owed and stays.kept then
    redis.call('HSET', record, 'celery', stays.celery, 'kept', stays.kept, 'owed', job.status)
  end
  redis.call('PEXPIRE', record, int(GONE_MS))
  redis.call('ZREM', key.jobs(tenant), id)
  redis.call('ZREM', key.dead(tenant), id)
  redis.call('ZREM', key.live, task)
  if kept then
    redis.call('ZADD', key.expiring, int(now_ms() + OVERDUE_MS), task)
  else
    if job.restaurant then redis.call('ZREM', key.restaurant(tenant, job.restaurant), id) end
    if job.author then redis.call('ZREM', key.author(tenant, job.author), id) end
    redis.call('ZREM', key.expiring, task)
  end
end

-- The time of an ended job is over, and that of a chunk's batch with it.
local function purge_ended(tenant, id, batch, now)
  purge(tenant, id, true)
  if batch and redis.call('ZREM', key.batches(tenant), batch) == 1 then
    keep_unsent(tenant, 'batch', batch, key.batch(tenant, batch), nil, now)
    bury_batch(tenant, batch)
  end
end
