-- uses: batch_rest, feedback, files, room_until
-- Looks after everything whose time has come, whatever the cause. Safe to run twice at once: every step is one script.
-- A job that waits costs nothing here until its deadline, or until its queue has passed it. Of the organisations, and of the
-- jobs that wait for models, each call looks at some, by its number.
-- ARGV: check in ms, most items in one call, number of the call
-- Returns {expired, purged, orphans, jobs looked at}: orphans are {tenant, id, queue} whose message is nowhere.
local check, most, number = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = now_ms()
even_when_full()
local expired, purged, went_on, orphans = 0, 0, 0, {}
-- Chunks that are called off or deleted at a time, as elsewhere (`store.batches.CHUNKS_A_CALL`).
local CHUNKS, unfinished = 10, false
for _, task in ipairs(redis.call('ZRANGEBYSCORE', key.expiring, '-inf', int(now), 'LIMIT', 0, most)) do
  local tenant, id = split_task(task)
  local room = most - purged - went_on
  if room <= 0 then break end
  local job = get(key.job(tenant, id), 'status', 'batch')
  local batch = job.batch or id
  local rest = get(key.batch(tenant, batch), 'rest', 'gone')
  if rest.rest and (rest.gone or not job.batch) then
    -- Whoever called the batch off or deleted it went away meanwhile. A chunk that was deleted is purged as such.
    local left, done = go_on(tenant, batch, math.min(CHUNKS, room), now)
    went_on, unfinished = went_on + done, unfinished or left > 0
  elseif job.status then
    purge_ended(tenant, id, job.batch, now)
    purged = purged + 1
  else
    -- Only webhooks were left of it, and they have ended, or had their time; or it has just gone with its batch.
    forget_left(tenant, id)
    purged = purged + redis.call('ZREM', key.expiring, task)
  end
end
for _, task in ipairs(redis.call('ZRANGEBYSCORE', key.feedback_expiring, '-inf', int(now), 'LIMIT', 0, most)) do
  forget_feedback(split_task(task))
end
forget_over_files(now)
forget_slots(now)
fire_due(now, most)
check_turns()
-- Everything up to these jobs' marks was taken from their queues, and still nobody has them: their messages are lost, or a
-- stock worker has one in its hand for the moment.
local looked, tenants, each = 0, redis.call('ZRANGE', key.tenant_flows, 0, -1), 50
local pages = math.max(1, math.ceil(#tenants / each))
local first, round = number % pages * each + 1, math.floor(number / pages)
local last = math.min(#tenants, first + each - 1)

-- Jobs of a queue, of which so much was taken off, that may have lost their messages. Of those that wait for models it may
-- be any: one page of them.
local function suspects(tenant, queue, out)
  local marks = key.marks(tenant, queue)
  if queue == MODEL_QUEUE then
    local some = math.ceil(most / (last - first + 1))
    local page = round % math.max(1, math.ceil(redis.call('ZCARD', marks) / some))
    return redis.call('ZRANGE', marks, page * some, page * some + some - 1)
  end
  return out and redis.call('ZRANGEBYSCORE', marks, '-inf', out, 'LIMIT', 0, most) or {}
end

local outs = {}
for i, queue in ipairs(QUEUES) do outs[i] = 'out:' .. queue end
for i = first, last do
  local tenant = tenants[i]
  local out = redis.call('HMGET', key.tenant_flow(tenant), unpack(outs))
  for n, queue in ipairs(QUEUES) do
    local marks = key.marks(tenant, queue)
    for _, id in ipairs(suspects(tenant, queue, out[n])) do
      local job = get(key.job(tenant, id), 'status', 'queue', 'queued_at', 'queue_mark', 'list', 'list_begun')
      if job.status ~= 'queued' or job.queue ~= queue then
        redis.call('ZREM', marks, id)
      elseif tonumber(job.queued_at) + check <= now and lost_message(tenant, job) then
        orphans[#orphans + 1] = { tenant, id, queue }
        looked = looked + 1
      end
    end
  end
end
local due = redis.call('ZRANGEBYSCORE', key.live, '-inf', int(now), 'LIMIT', 0, most)
for _, task in ipairs(due) do
  local tenant, id = split_task(task)
  local job = get(key.job(tenant, id), 'status', 'tag', 'queue', 'queue_mark', 'deadline_at')
  if not job.status or TERMINAL[job.status] then
    redis.call('ZREM', key.live, task)
  elseif job.status == 'queued' or job.status == 'scheduled' then
    if job.deadline_at and tonumber(job.deadline_at) <= now then
      finish_waiting(tenant, id, 'expired', now, DEADLINE_PASSED)
      expired = expired + 1
    else
      redis.call('ZADD', key.live, job.deadline_at or int(NEVER_MS), task)
      -- Of a job that was stored before there were marks.
      if job.status == 'queued' then redis.call('ZADD', key.marks(tenant, job.queue), job.queue_mark or 0, id) end
    end
  else
    redis.call('ZADD', key.live, int(now + check), task)
    -- What a batch consumer holds, the sweeper sees to.
    if not redis.call('ZSCORE', key.leases, job.tag or '') then orphans[#orphans + 1] = { tenant, id, job.queue } end
  end
end
-- What is left of a batch is gone on with at once.
return { expired, purged, orphans, math.max(#due, looked, purged + went_on, unfinished and most or 0) }
