-- uses: job_end, delivery_forget
-- Taking away what was stored for a job.

-- Whether its client said how long it is kept, and not only the operator.
local function has_own_time(record)
  local request = redis.call('HGET', record, 'request')
  -- One that is packed has none (`store.packed_record`).
  local own = request and cjson.decode(request).ttl_s
  return own and own ~= cjson.null
end

-- The time of a job or batch is over. Where its client said that time, whoever was told of it is to forget it, too.
local function tell_past(tenant, event, subject, record, now)
  if redis.call('EXISTS', key.endpoints(tenant)) == 1 and has_own_time(record) then emit(tenant, event, subject, now) end
end

-- A review of a bundle (`jobs.bundle`) goes: it is in the bundle's text, and in what that is answered with, too. One that
-- has not ended will have no answer, unless the review's time was over (`in_time`): then its result has been heard of.
local function leave_bundle(tenant, bundle, in_time)
  local record = key.job(tenant, bundle)
  local status = redis.call('HGET', record, 'status')
  if not status or in_time and not TERMINAL[status] then return end
  if TERMINAL[status] then
    redis.call('DEL', key.result(celery_id(join_task(tenant, bundle))))
  elseif status == 'running' then
    redis.call('HSET', record, 'cancel_requested', '1')
  else
    finish_waiting(tenant, bundle, 'canceled', now_ms(), 'A review of it was deleted.')
  end
  redis.call('HDEL', record, 'text', 'packed')
end

-- Takes away everything that was stored for a job; what stays is a mark that answers 410 for a while, and, when its time
-- is over (`in_time`), what webhooks that are still due have to tell: that stands in the indexes by which people are
-- erased, and the reconciler looks at it again in a week.
local function purge(tenant, id, in_time)
  local record, task = key.job(tenant, id), join_task(tenant, id)
  local job = get(record, 'status', 'weight', 'restaurant', 'author', 'batch', 'queue', 'tally', 'day', 'bytes',
    'differs_of', 'bundle', 'tallied')
  if job.bytes then count_stored(tenant, -job.bytes) end
  if job.status == 'queued' then
    count_gone(record, tenant, job.queue, job.weight)
    redis.call('ZREM', key.marks(tenant, job.queue), id)
  end
  if job.status == 'scheduled' then unschedule(tenant, id, job.weight) end
  if job.status == 'running' then let_go(job.weight) end
  if job.status == 'succeeded' then tally(tenant, job.tallied or job.tally, -1, job) end
  if job.bundle then leave_bundle(tenant, job.bundle, in_time) end
  if job.status and not TERMINAL[job.status] then note_untold(tenant, id, job.status, 'canceled', now_ms(), {}) end
  local stays = get(record, 'left', 'celery', 'celery_more', 'kept')
  local owed = redis.call('ZSCORE', key.follow_ups, task)
  local result, kept = key.result(celery_id(task)), false
  if in_time and not job.batch then tell_past(tenant, 'job.deleted', id, record, now_ms()) end
  if in_time and not job.batch then
    kept = keep_unsent(tenant, 'job', id, record, redis.call('GET', result), now_ms())
  else
    forget_deliveries(tenant, 'job', id, now_ms())
  end
  redis.call('DEL', record, result)
  note_erasure(now_ms())
  -- The archive keeps what is only past its time here.
  if not in_time then tell_archive(tenant, 'deleted', id) end
  if not job.batch then mark_gone(tenant, record, now_ms(), stays.left or owed) end
  if stays.left then redis.call('HSET', record, 'left', stays.left) end
  -- What is owed to others, such as a part of a chord, is sent first (`job/followed_up`).
  if owed and stays.kept then
    redis.call('HSET', record, 'celery', stays.celery, 'kept', stays.kept, 'owed', job.status)
    if stays.celery_more then redis.call('HSET', record, 'celery_more', stays.celery_more) end
  end
  redis.call('PEXPIRE', record, int(GONE_MS))
  redis.call('ZREM', key.jobs(tenant), id)
  redis.call('ZREM', key.dead(tenant), id)
  if TERMINAL[job.status] and job.status ~= 'succeeded' then
    redis.call('ZREM', key.without_result(tenant, job.status), id)
  end
  redis.call('ZREM', key.live, task)
  if job.differs_of then redis.call('ZREM', key.differing(tenant, job.differs_of), id) end
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
    tell_past(tenant, 'batch.deleted', batch, key.batch(tenant, batch), now)
    keep_unsent(tenant, 'batch', batch, key.batch(tenant, batch), nil, now)
    bury_batch(tenant, batch)
  end
end
