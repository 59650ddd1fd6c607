-- uses: attempt
-- Makes a record for a task that a Celery client sent by itself; its message is held under `tag`. It is running at once,
-- unless it is given a message of ours: then it waits in the queue for that, or until it is due.
-- KEYS: queue   ARGV: tag, tenant, id, weight, lease in ms, when it is due in ms or 0, message of ours or '',
--   then field, value, ...
-- Returns {'adopted', attempt} | {'queued'} | {'scheduled'} | {'revoked'}: it has ended
--   | {'held'}: another attempt has it | {'ended'}: it was done before
local tag, tenant, id, weight, lease = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local due, message = tonumber(ARGV[6]), ARGV[7]
local now = now_ms()
local record, task = key.job(tenant, id), join_task(tenant, id)
local job = get(record, 'status', 'attempt', 'tag', 'gone', 'queue', 'weight')
-- The same call again, after its answer was lost on the way: the tag is still the caller's.
if job.status == 'running' and job.tag == tag then return { 'adopted', job.attempt } end
if job.gone or (job.status and job.status ~= 'queued') then
  unclaim(tag)
  return { job.status == 'running' and 'held' or 'ended' }
end
if job.status then
  -- It waits again after an attempt that was lost: its message is the one that was taken off.
  count_out(job.queue, job.weight)
  start(tenant, id, tag, job.weight, now, lease)
  return { 'adopted', job.attempt }
end
redis.call('HSET', record, 'attempt', 1, 'strikes', 0, 'weight', weight, 'created_at', int(now), unpack(arguments(8)))
redis.call('ZADD', key.jobs(tenant), int(now), id)
redis.call('ZADD', key.live, int(math.max(due, now)), task)
local restaurant = redis.call('HGET', record, 'restaurant')
if restaurant then redis.call('ZADD', key.restaurant(tenant, restaurant), int(now), id) end
local revoked = tonumber(redis.call('ZSCORE', key.revoked, task) or 0) > now
if message ~= '' or revoked then unclaim(tag) end
if due > now then
  schedule(tenant, id, KEYS[1], message, weight, due)
  if not revoked then return { 'scheduled' } end
else
  local waits = message ~= '' and not revoked
  enqueue(tenant, id, KEYS[1], weight, now, nil, not waits)
  if waits then
    redis.call('LPUSH', KEYS[1], message)
    return { 'queued' }
  end
  count_out(KEYS[1], weight)
end
if revoked then
  if due > now then unschedule(tenant, id, weight) end
  finish(tenant, id, 'canceled', now, { message = 'The task was revoked.' })
  return { 'revoked' }
end
start(tenant, id, tag, weight, now, lease)
return { 'adopted', 1 }
