-- uses: attempt
-- Makes a record for a text that a Celery client sent by itself, running already; its message is held under `tag`.
-- KEYS: queue of its priority   ARGV: tag, tenant, id, weight, lease in ms, then field, value, ...
-- Returns {'adopted', attempt} | {'held'}: another attempt has it | {'ended'}: it was done before.
local tag, tenant, id, weight, lease = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local now = now_ms()
local record = key.job(tenant, id)
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
else
  redis.call('HSET', record, 'attempt', 1, 'strikes', 0, 'weight', weight, 'created_at', int(now))
  enqueue(tenant, id, KEYS[1], weight, now)
  count_out(KEYS[1], weight)
  redis.call('ZADD', key.jobs(tenant), int(now), id)
end
start(tenant, id, tag, weight, now, lease, arguments(6))
return { 'adopted', redis.call('HGET', record, 'attempt') }
