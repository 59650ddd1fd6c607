-- Shared by every script: how a job ends, is counted, taken away and put back into its queue.

-- What Celery's own Redis backend shows for jobs that end without a result.
local function celery_meta(task, status, message)
  local state, kind, module = 'FAILURE', 'JobFailed', cjson.null
  if status ~= 'failed' then state, kind, module = 'REVOKED', 'TaskRevokedError', 'celery.exceptions' end
  return cjson.encode({
    task_id = task, status = state, traceback = cjson.null, children = {},
    result = { exc_type = kind, exc_message = { message }, exc_module = module },
  })
end

local function announce(task, version, status)
  redis.call('PUBLISH', 'kritiq:job:' .. task, version .. ' ' .. status)
end

-- Counts a job's aspects into (sign 1) or out of (sign -1) its restaurant's summary.
local function tally(tenant, id, sign)
  local job = get(record_key(tenant, id), 'restaurant', 'day', 'tally')
  if not (job.tally and job.restaurant and job.day) then return end
  local key = 'kritiq:' .. tenant .. ':summary:' .. job.restaurant
  for name, count in pairs(cjson.decode(job.tally)) do
    local field = job.day .. '|' .. name
    if redis.call('HINCRBY', key, field, sign * count) <= 0 then redis.call('HDEL', key, field) end
  end
end

-- A chunk of a batch has ended: the batch's counts, and its end when it was the last one.
local function end_chunk(tenant, batch, status, lines, fields, now)
  local key = 'kritiq:' .. tenant .. ':batch:' .. batch
  if redis.call('EXISTS', key) == 0 then return end
  local good, bad = 0, 0
  for i = 1, #fields, 2 do
    if fields[i] == 'good' then good = tonumber(fields[i + 1]) elseif fields[i] == 'bad' then bad = tonumber(fields[i + 1]) end
  end
  if status == 'succeeded' then
    redis.call('HINCRBY', key, 'succeeded', good)
    redis.call('HINCRBY', key, 'failed', bad)
  else
    redis.call('HINCRBY', key, status, lines)
  end
  local left = redis.call('HINCRBY', key, 'chunks_left', -1)
  local version = redis.call('HINCRBY', key, 'version', 1)
  if left > 0 then
    announce(join_task(tenant, batch), version, 'running')
    return
  end
  local job = get(key, 'ttl_ms', 'cancel_requested', 'chunks')
  local state = job.cancel_requested == '1' and 'canceled' or 'completed'
  local ends = now + tonumber(job.ttl_ms)
  redis.call('HSET', key, 'status', state, 'finished_at', int(now), 'expires_at', int(ends))
  redis.call('PEXPIRE', key, int(tonumber(job.ttl_ms) + TOMBSTONE_MS))
  -- The chunks were kept while the batch went on; now their time runs too.
  for n = 0, tonumber(job.chunks) - 1 do
    redis.call('ZADD', 'kritiq:expiring', int(ends), join_task(tenant, batch .. '.' .. n))
    redis.call('PEXPIREAT', 'celery-task-meta-' .. join_task(tenant, batch .. '.' .. n), int(ends))
  end
  announce(join_task(tenant, batch), version, state)
  emit(tenant, 'batch.completed', batch, now)
end

-- Ends a job: record, result, indexes and announcements in one go. `fields` are further pairs for the record,
-- `meta` the result in Celery's format (nil: made here from `status` and `message`).
local function finish(task, tenant, id, status, now, meta, message, fields)
  local key = record_key(tenant, id)
  local ttl = tonumber(redis.call('HGET', key, 'ttl_ms') or '86400000')
  local version = redis.call('HINCRBY', key, 'version', 1)
  redis.call('HSET', key, 'status', status, 'finished_at', int(now), 'expires_at', int(now + ttl), unpack(fields or {}))
  redis.call('HDEL', key, 'tag', 'judging')
  local extra = get(key, 'batch', 'lines', 'webhook')
  meta = meta or celery_meta(task, status, message or status)
  redis.call('ZREM', 'kritiq:live', task)
  if extra.batch then
    -- A chunk's time begins to run when its batch ends.
    redis.call('SET', 'celery-task-meta-' .. task, meta)
  else
    redis.call('SET', 'celery-task-meta-' .. task, meta, 'PX', int(ttl))
    redis.call('PEXPIRE', key, int(ttl + SAFETY_MS))
    redis.call('ZADD', 'kritiq:expiring', int(now + ttl), task)
  end
  redis.call('PUBLISH', 'celery-task-meta-' .. task, meta)
  announce(task, version, status)
  if status == 'succeeded' then tally(tenant, id, 1) end
  if extra.batch then
    end_chunk(tenant, extra.batch, status, tonumber(extra.lines), fields or {}, now)
  else
    emit(tenant, 'job.' .. status, id, now)
    if extra.webhook then emit_once(tenant, 'job.' .. status, id, now, extra.webhook) end
  end
  return version
end

-- The job no longer waits, although its message is still in the queue: stop counting its sentences as waiting.
local function leave(key, queue, weight)
  redis.call('HINCRBY', 'kritiq:flow', 'gone:' .. queue, weight)
  redis.call('HINCRBY', 'kritiq:flow', 'jobs_gone:' .. queue, 1)
  redis.call('HSET', key, 'left', weight)
end

-- Takes away everything that was stored for a job; what stays is a mark that answers 410 for a while.
local function purge(task, tenant, id)
  local key = record_key(tenant, id)
  local job = get(key, 'status', 'weight', 'tag', 'restaurant', 'batch', 'queue')
  if job.status == 'queued' then leave(key, job.queue, job.weight) end
  local left = redis.call('HGET', key, 'left')
  if job.status == 'succeeded' then tally(tenant, id, -1) end
  if job.status == 'running' then redis.call('HINCRBY', 'kritiq:flow', 'held', -tonumber(job.weight)) end
  redis.call('DEL', key, 'celery-task-meta-' .. task)
  forget_deliveries(tenant, id, now_ms())
  if not job.batch then redis.call('HSET', key, 'gone', 1) end
  if left then redis.call('HSET', key, 'left', left) end
  redis.call('PEXPIRE', key, int(TOMBSTONE_MS))
  redis.call('ZREM', 'kritiq:' .. tenant .. ':jobs', id)
  redis.call('ZREM', 'kritiq:' .. tenant .. ':dead', id)
  if job.restaurant then redis.call('ZREM', 'kritiq:' .. tenant .. ':restaurant:' .. job.restaurant, id) end
  redis.call('ZREM', 'kritiq:live', task)
  redis.call('ZREM', 'kritiq:expiring', task)
end

-- Gives a claimed message up: it is neither in a queue nor held any more.
local function unclaim(tag)
  redis.call('HDEL', 'kritiq:claims', tag)
  redis.call('ZREM', 'kritiq:leases', tag)
end

-- Whether a claimed message stands for no job yet, since another Celery client sent it: it must not be lost. One of ours
-- without a record is that of a deleted job.
local function unadopted(message, job, key)
  return not job.status and cjson.decode(message).headers.origin ~= 'kritiq' and redis.call('HEXISTS', key, 'gone') == 0
end

local function unhold(weight) redis.call('HINCRBY', 'kritiq:flow', 'held', -tonumber(weight or 0)) end

-- Counts a job into its queue; the returned marks are the queue's running totals of sentences and of jobs with it.
local function count_in(queue, weight)
  local jobs = redis.call('HINCRBY', 'kritiq:flow', 'jobs_in:' .. queue, 1)
  return redis.call('HINCRBY', 'kritiq:flow', 'in:' .. queue, weight), jobs
end

local function count_out(queue, weight)
  redis.call('HINCRBY', 'kritiq:flow', 'jobs_out:' .. queue, 1)
  redis.call('HINCRBY', 'kritiq:flow', 'out:' .. queue, weight)
end

-- Counts the message of a job that waits no more out of its queue.
local function pass(key, queue, weight)
  local left = redis.call('HGET', key, 'left')
  if left then
    redis.call('HDEL', key, 'left')
    redis.call('HINCRBY', 'kritiq:flow', 'gone:' .. queue, -tonumber(left))
    redis.call('HINCRBY', 'kritiq:flow', 'jobs_gone:' .. queue, -1)
  end
  count_out(queue, left or weight or 0)
end

-- The sentences that wait in a queue.
local function waiting(queue)
  local flow = redis.call('HMGET', 'kritiq:flow', 'in:' .. queue, 'out:' .. queue, 'gone:' .. queue)
  return math.max(0, tonumber(flow[1] or 0) - tonumber(flow[2] or 0) - tonumber(flow[3] or 0))
end

local function idempotency_key(tenant, key) return 'kritiq:' .. tenant .. ':idem:' .. key end

-- Why nothing new may be made, or nil: the idempotency key was used before, or the queues are full.
local function refuse(tenant, weight, limit, key, digest)
  if key ~= '' then
    local seen = redis.call('GET', idempotency_key(tenant, key))
    if seen then
      local first, id = string.match(seen, '^(%S+) (.+)$')
      return { first == digest and 'seen' or 'mismatch', id }
    end
  end
  if limit > 0 then
    local all = waiting('kritiq.high') + waiting('kritiq.normal') + waiting('kritiq.bulk')
    if all > 0 and all + weight > limit then return { 'full', all } end
  end
end

-- Where a waiting job stands: its number in the queue, and the sentences that come before its end.
local function standing(queue, mark, place)
  local flow = redis.call('HMGET', 'kritiq:flow', 'out:' .. queue, 'jobs_out:' .. queue, 'held')
  local ahead = math.max(0, mark - tonumber(flow[1] or 0)) + math.max(0, tonumber(flow[3] or 0))
  for _, name in ipairs({ 'kritiq.high', 'kritiq.normal', 'kritiq.bulk' }) do
    if name == queue then break end
    ahead = ahead + waiting(name)
  end
  return math.max(1, place - tonumber(flow[2] or 0)), ahead
end

-- Counts one more worker that was lost with a job. Of a suspect chunk it is the line that was being judged that is to
-- blame, or none (0: other work killed the worker, between two lines), and not the chunk: after `most - 1` times (the
-- first loss named nobody) the line is not judged again. A chunk that goes on killing workers is stopped all the same.
local function strike(key, most)
  local job = get(key, 'judging', 'noted', 'culprits', 'strikes', 'batch')
  if not job.batch or job.strikes == '0' then return redis.call('HINCRBY', key, 'strikes', 1) end
  local line = job.judging or '0'
  local noted = (job.noted or '') .. ' ' .. line .. ' '
  redis.call('HDEL', key, 'judging')
  redis.call('HSET', key, 'noted', noted)
  local _, times = string.gsub(noted, ' ' .. line .. ' ', '')
  if line ~= '0' and times >= most - 1 then redis.call('HSET', key, 'culprits', (job.culprits or '') .. ' ' .. line) end
  local _, losses = string.gsub(noted, '%d+', '')
  return losses >= 10 * most and most or tonumber(job.strikes)
end

-- Fails a job that was lost with its worker too often; its text stays for the operator.
local function lose(task, tenant, id, strikes, now)
  local text = 'The job was lost with its worker ' .. strikes .. ' times and is not tried again.'
  redis.call('ZADD', 'kritiq:' .. tenant .. ':dead', int(now), id)
  finish(task, tenant, id, 'failed', now, nil, text, { 'error', cjson.encode({ code = 'worker_lost', message = text }) })
end

-- Puts a running job back to the head of its queue as its next attempt.
local function requeue(task, tenant, id, queue, message, weight, now)
  local key = record_key(tenant, id)
  local mark, place = count_in(queue, weight)
  redis.call('HINCRBY', key, 'attempt', 1)
  local version = redis.call('HINCRBY', key, 'version', 1)
  redis.call('HSET', key, 'status', 'queued', 'queued_at', int(now), 'queue_mark', mark, 'queue_place', place)
  redis.call('HDEL', key, 'tag', 'judging')
  -- Its deadline may have passed while it was held: the reconciler looks at once.
  redis.call('ZADD', 'kritiq:live', int(now), task)
  redis.call('RPUSH', queue, message)
  announce(task, version, 'queued')
end
