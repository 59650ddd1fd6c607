-- uses: accounting, metrics, model_lists, turns
-- A job's record while it waits and is worked at: queued, scheduled, started, lost. Every change of a status is announced.

-- What is known of a record that is not there yet.
local NEW = {}

local DEADLINE_PASSED = 'The deadline passed before the job was done.'

local function announce(task, version, status)
  redis.call('PUBLISH', key.changes(celery_id(task)), version .. ' ' .. status)
end

-- The same of what is deleted. Its record does not tell any more which restaurants it was about: `restaurants` does, with a
-- comma between each, and with a name that no restaurant has ('' for none, '*' for more) where these are not all.
local function announce_deleted(task, restaurants) announce(task, 0, 'deleted ' .. (restaurants or '')) end

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
  announce(join_task(tenant, id), transition(key.job(tenant, id), TRANSITIONS, 'queued', joined(noted, fields), known), 'queued')
  return mark, place
end

-- Keeps a new job, and the message that will stand for it, until its time has come.
local function schedule(tenant, id, queue, message, weight, due, fields)
  local noted = { 'queue', queue, 'due_at', int(due), 'message', message }
  local version = transition(key.job(tenant, id), TRANSITIONS, 'scheduled', joined(noted, fields))
  announce(join_task(tenant, id), version, 'scheduled')
  redis.call('ZADD', key.scheduled, int(due), join_task(tenant, id))
  count_scheduled(tenant, weight, 1)
end

-- A scheduled job is scheduled no more.
local function unschedule(tenant, id, weight)
  if redis.call('ZREM', key.scheduled, join_task(tenant, id)) == 1 then count_scheduled(tenant, -tonumber(weight), -1) end
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
  -- What a process of an older release left of the attempt before.
  redis.call('HDEL', key.job(tenant, id), 'redo', 'progress')
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

-- Notes how the attempt that has the job ends (`jobs.attempt.AttemptEnd`): a line more of its course. Of very many
-- attempts the first are forgotten.
local MOST_COURSE = 2000
local function note_attempt(record, how, now)
  local job = get(record, 'attempt', 'started_at', 'tag', 'course')
  local worker = string.match(job.tag or '', '/%d+/([^/#]*)#[^/#]*$') or ''
  local line = table.concat({ job.attempt or 1, job.started_at or int(now), int(now), how, worker }, ' ')
  local course = job.course and job.course .. '\n' .. line or line
  if #course > MOST_COURSE then course = string.gsub(course, '^[^\n]*\n', '') end
  redis.call('HSET', record, 'course', course)
end

-- Counts a running job whose attempt came to nothing (`how`) back into its queue, ahead of all, as its next attempt; its
-- message is the caller's. Nothing of the last one is left but a line of its course.
local function begin_next_attempt(tenant, id, queue, weight, now, how)
  local record = key.job(tenant, id)
  note_attempt(record, how, now)
  let_go(weight)
  redis.call('HINCRBY', record, 'attempt', 1)
  redis.call('HDEL', record, 'tag', 'judging', 'limit_at', 'redo', 'progress')
  enqueue(tenant, id, queue, weight, now, nil, true)
end

-- Whether the message of a job that waits is lost: everything up to its mark was taken from its queue, and still nobody has
-- it. Where models are waited for, its list tells. `job`: `queue`, `queue_mark`, `list` and `list_begun` of its record.
local function lost_message(tenant, job)
  if job.queue == MODEL_QUEUE then return lost_in_list(job.list, job.list_begun) end
  return passed(tenant, job.queue, job.queue_mark)
end
