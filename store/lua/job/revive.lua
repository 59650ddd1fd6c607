-- uses: attempt
-- Gives a job whose message or worker is lost a new message. Checked again here, since time has passed.
-- ARGV: tenant, id, message, most strikes
-- Returns {'queued', 'failed', 'canceled' or '', the attempt that was lost if it is told (`traced_attempt`)}
local tenant, id, message, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local now = now_ms()
even_when_full()
local record = key.job(tenant, id)
local job = get(record, 'status', 'tag', 'queue', 'queue_mark', 'weight', 'list', 'list_begun')
-- The list that its message was in.
local list = job.queue == MODEL_QUEUE and job.list or job.queue
if job.status == 'running' then
  if redis.call('ZSCORE', key.leases, job.tag or '') then return { '' } end
  local lost = traced_attempt(tenant, id)
  return { lose(tenant, id, list, message, most, now), lost }
elseif job.status == 'queued' and lost_message(tenant, job) then
  -- It waits as before, and is counted anew: the message that was lost has been counted out, but where models are waited
  -- for.
  if job.queue == MODEL_QUEUE then count_out(tenant, job.queue, job.weight) end
  redis.call('HINCRBY', record, 'attempt', 1)
  redis.call('HSET', record, unpack((take_place(tenant, id, job.queue, job.weight, now, true))))
  announce(join_task(tenant, id), redis.call('HINCRBY', record, 'version', 1), 'queued')
  redis.call('ZADD', key.live, int(now), join_task(tenant, id))
  put_in_front(tenant, list, message, id)
  return { 'queued' }
end
return { '' }
