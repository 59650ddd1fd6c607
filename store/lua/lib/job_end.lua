-- uses: job, archive, delivery, lists, tally, mark
-- A job's end: its result, what Celery and monitors are told, its restaurant's summary, its batch.

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

-- Adds what Celery is to send after a job for a further message with its task's id. `mark` tells two such requests
-- apart: one that was made before is made again only by a message that is somebody's `anew`, and not by Celery's second
-- sending of the same. Returns whether there is something to send.
local MOST_MARKS = 64
local function follow_too(record, request, mark, anew)
  local job = get(record, 'status', 'celery', 'celery_more', 'celery_marks', 'kept')
  local marks = job.celery_marks or ''
  if not anew and job.celery and (marks == '' or string.find(marks, mark, 1, true)) then return false end
  if job.celery and (job.kept or not TERMINAL[job.status]) then
    local more = job.celery_more and cmsgpack.unpack(job.celery_more) or {}
    more[#more + 1] = request
    redis.call('HSET', record, 'celery_more', cmsgpack.pack(more))
  else
    -- What was asked for before has been sent.
    redis.call('HSET', record, 'celery', request)
  end
  redis.call('HSET', record, 'celery_marks', string.sub(marks .. mark, -MOST_MARKS * #mark))
  return true
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

-- Counts a chunk's lines into its batch, and ends the batch when it was the last chunk. `outcome`: see `finish`.
local function end_chunk(tenant, batch, number, status, lines, outcome, now)
  local record, task = key.batch(tenant, batch), join_task(tenant, batch)
  if redis.call('HEXISTS', record, 'status') == 0 then return end
  -- Of a batch that was called off, or whose time is over, its end tells enough.
  if status == 'succeeded' or status == 'failed' then emit_lines(tenant, batch, number, now) end
  if status == 'succeeded' then
    redis.call('HINCRBY', record, 'succeeded', outcome.good or 0)
    redis.call('HINCRBY', record, 'failed', outcome.bad or 0)
    if (outcome.skipped or 0) > 0 then redis.call('HINCRBY', record, 'skipped', outcome.skipped) end
  else
    redis.call('HINCRBY', record, status, lines)
  end
  if redis.call('HINCRBY', record, 'chunks_left', -1) > 0 then
    announce(task, redis.call('HINCRBY', record, 'version', 1), redis.call('HGET', record, 'status'))
    local ended = 0
    for _, lines_of in ipairs(redis.call('HMGET', record, 'succeeded', 'failed', 'canceled', 'expired', 'skipped')) do
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
  local bytes = redis.call('HGET', record, 'bytes')
  if bytes then count_stored(tenant, -bytes) end
  redis.call('DEL', record, key.batch_authors(tenant, batch))
  mark_gone(tenant, record, now_ms())
end

-- What a record has for those who wait for its job or work at it.
local UNTIL_THE_END = {
  'tag', 'judging', 'limit_at', 'redo', 'progress', 'queued_at', 'queue_mark', 'queue_place', 'list', 'list_begun', 'strikes',
  'waiter',
}
-- What is read of a record before its end; `more` besides.
local function ending(record, ...)
  return get(record, 'status', 'version', 'batch', 'lines', 'webhook', 'ttl_ms', 'weight', 'celery', 'celery_meta',
    'ignored', 'queue', 'created_at', 'due_at', 'bytes', 'waiter', 'course', 'webhook_is', ...)
end

-- Tells the API's process that waits for an ended job all that its answer says, so that nobody has to read it
-- (`store.job_record.stored_from_news`). `result` as it is stored. A long one is read nevertheless: Redis cuts off who has 32 MB to
-- hear, and with it all who wait there.
local MOST_TOLD = 65536
local function tell_waiter(waiter, tenant, id, now, result)
  local values, lengths = redis.call('HMGET', key.job(tenant, id), READ_STORED()), {}
  for i, value in ipairs(values) do
    lengths[i] = value and #value or -1
    values[i] = value or ''
  end
  local head = { join_task(tenant, id), STORED_NAMES, int(now), table.concat(lengths, ','), table.concat(values) }
  local news = table.concat(head, '\n')
  redis.call('PUBLISH', key.ends(waiter), #news + #result > MOST_TOLD and head[1] or news .. result)
end

-- Ends a job: record, result, indexes and announcements in one go. `outcome` may have `meta` (the result in Celery's
-- format, without the brace that it begins with), `sealed` (the same encrypted, where that is in plain), `message` (why
-- there is none) with the exception's `kind`, `fields` for the record, `tally` (which is one of those), of a chunk the
-- lines that are `good`, `bad` and `skipped`, `job`, if `ending` was read, `told`, if the caller's worker tells it to
-- monitors, and `attempt`, how that ended, if otherwise.
local function finish(tenant, id, status, now, outcome)
  local record, task = key.job(tenant, id), join_task(tenant, id)
  local job = outcome.job or ending(record)
  local ttl = tonumber(job.ttl_ms or '86400000')
  local ends, fields = int(now + ttl), outcome.fields or {}
  local kept = status == 'succeeded' and outcome.meta and not job.ignored and #outcome.meta
  if kept then joined(fields, { 'bytes', int((job.bytes or 0) + kept) }) end
  local version, from = transition(
    record, TRANSITIONS, status, { 'finished_at', int(now), 'expires_at', ends, unpack(fields) }, job
  )
  if kept then count_stored(tenant, kept) end
  if from == 'running' then
    let_go(job.weight)
    -- Of one that succeeds at once the record tells enough.
    if status ~= 'succeeded' or job.course then note_attempt(record, outcome.attempt or status, now) end
  end
  if from == 'queued' then redis.call('ZREM', key.marks(tenant, job.queue), id) end
  if not outcome.told then note_untold(tenant, id, from, status, now, outcome) end
  meter_end(tenant, job.queue, status, fields, now - math.max(tonumber(job.created_at or now), tonumber(job.due_at or 0)))
  redis.call('HDEL', record, unpack(UNTIL_THE_END))
  -- A chunk may be judged anew.
  if not job.batch then redis.call('HDEL', record, 'queue') end
  redis.call('ZREM', key.live, task)
  local meta = outcome.meta or celery_meta(task, status, outcome.message or status, outcome.kind, job.celery_meta)
  local done = '{"date_done":"' .. iso(now) .. '",'
  meta = done .. meta
  if not job.ignored then store_result(task, meta, not job.batch and ttl) end
  if not job.batch then
    redis.call('PEXPIRE', record, int(ttl + OVERDUE_MS))
    redis.call('ZADD', key.expiring, ends, task)
    if status ~= 'succeeded' then redis.call('ZADD', key.without_result(tenant, status), job.created_at or int(now), id) end
  end
  announce(task, version, status)
  tell_archive(tenant, 'ended', id, true)
  -- What Celery itself has to send now: links, the next step of a chain, a part of a chord (`worker.consumer.follow_ups`).
  if job.celery then owe(record, task, outcome.sealed and done .. outcome.sealed or meta, now) end
  if status == 'succeeded' and outcome.tally then tally(tenant, outcome.tally, 1) end
  if job.batch then
    end_chunk(tenant, job.batch, string.match(id, '%d+$'), status, tonumber(job.lines), outcome, now)
  else
    local told = emit(tenant, 'job.' .. status, id, now)
    if job.webhook then emit_once(tenant, 'job.' .. status, id, now, job.webhook, job.webhook_is) end
    -- Webhooks may need it when its time is over: then it is there for whoever purges the rest.
    if told or job.webhook then redis.call('PEXPIRE', key.result(celery_id(task)), int(ttl + OVERDUE_MS)) end
    if job.waiter then tell_waiter(job.waiter, tenant, id, now, meta) end
  end
end

-- Ends a running job that was called off, as soon as no attempt holds it any more. Returns whether it was.
local function end_called_off(tenant, id, now)
  if redis.call('HGET', key.job(tenant, id), 'cancel_requested') ~= '1' then return false end
  finish(tenant, id, 'canceled', now, { message = 'The job was canceled.' })
  return true
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
